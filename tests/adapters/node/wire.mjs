// HTTP without a network, for parsers that sit behind node:http. Each chunk of the stream is one
// chunk of the coding and one piece of the connection, so that it comes as one `data` event.
import http from 'node:http';
import { Duplex } from 'node:stream';
import { turn } from './feed.mjs';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'
  + 'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n';

class Wire extends Duplex {
  #answered = false;

  constructor(chunks, seen) {
    super();
    this.chunks = chunks;
    this.seen = seen;
  }

  // What node:http asks of a socket.
  setNoDelay() {}
  setKeepAlive() {}
  setTimeout() {}
  ref() {}
  unref() {}
  _read() {}

  _write(_request, _encoding, done) {
    done();
    if (!this.#answered) this.#answer();
    this.#answered = true;
  }

  async #answer() {
    this.push(HEAD);
    for (const [k, chunk] of this.chunks.entries()) {
      await turn();
      this.seen.k = k;
      // The coding has no empty chunk: it would end the body.
      if (chunk.length > 0) this.push(coded(chunk));
    }
    await turn();
    this.seen.k = this.chunks.length;
    this.push('0\r\n\r\n');
    this.push(null);
  }
}

const coded = (chunk) =>
  Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);

/** A connection whose peer answers with these chunks. */
export const connection = (chunks, seen) => new Wire(chunks, seen);

/** The same as an agent of node:http. */
export function agent(chunks, seen) {
  const agent = new http.Agent();
  agent.createConnection = () => connection(chunks, seen);
  return agent;
}
