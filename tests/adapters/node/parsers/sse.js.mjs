// SSE over an XMLHttpRequest of our own. `lastEventId` and `reconnectDelay` are properties of its
// documented interface; null is put into the latter first, to tell a time of the stream from the default.
import { SSE } from 'sse.js';
import { next, XMLHttpRequest } from '../xhr.mjs';

globalThis.XMLHttpRequest = XMLHttpRequest;

export const adapter = {
  package: 'sse.js',
  caps: {
    id: 'last', retry: 'final', final: ['last_event_id'], chunks: 'exact', empty_chunks: true,
    dataless: 'hidden', needs_types: true, window: 64,
  },
  async read(chunks, seen, { types = [] }) {
    await new Promise((ended) => {
      next(chunks, seen, ended);
      this.listen(new SSE('http://127.0.0.1/', { start: false }), types, seen);
    });
    this.finish(seen);
  },
  listen(source, types, seen) {
    this.source = source;
    source.reconnectDelay = null;
    for (const type of new Set([...types, 'message'])) {
      source.addEventListener(type, (event) => {
        // It speaks of the connection in types of its own; those of the stream have data.
        if (event.data !== undefined) seen.event(event.type, event.data, event.lastEventId);
      });
    }
    source.stream();
  },
  finish(seen) {
    seen.final.last_event_id = this.source.lastEventId;
    if (this.source.reconnectDelay !== null) seen.final.retry = this.source.reconnectDelay;
  },
};
