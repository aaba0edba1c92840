// As much of XMLHttpRequest as a parser behind it uses. The text grows by one chunk at a time, decoded
// as the standard has it for responseText: UTF-8, one byte order mark removed.
import { turn } from './feed.mjs';

let stream;

/** The next request gets these chunks; `ended` is called when all is delivered. */
export function next(chunks, seen, ended) {
  stream = { chunks, seen, ended };
}

export class XMLHttpRequest {
  static HEADERS_RECEIVED = 2;
  readyState = 0;
  status = 0;
  responseText = '';
  #listeners = {};

  addEventListener(type, listener) {
    this.#listeners[type] = listener;
  }

  open() {}
  setRequestHeader() {}
  abort() {}

  getAllResponseHeaders() {
    return 'content-type: text/event-stream\r\n';
  }

  send() {
    this.#deliver(stream);
  }

  #fire(type) {
    this.#listeners[type]?.({ type, currentTarget: this });
  }

  async #deliver({ chunks, seen, ended }) {
    await turn();
    try {
      this.#answer(chunks, seen);
    } catch (error) {
      seen.fail(error);
    }
    ended();
  }

  #answer(chunks, seen) {
    this.status = 200;
    this.readyState = XMLHttpRequest.HEADERS_RECEIVED;
    this.#fire('readystatechange');
    const decoder = new TextDecoder();
    for (const [k, chunk] of chunks.entries()) {
      seen.k = k;
      this.responseText += decoder.decode(chunk, { stream: true });
      this.#fire('progress');
    }
    seen.k = chunks.length;
    this.responseText += decoder.decode();
    this.#fire('load');
  }
}
