// EventSourceStream, the transform that undici's EventSource pipes the body into. It is a file inside the
// package, not exported; the state that it keeps is what EventSource reconnects with.
import streams from 'undici/lib/web/eventsource/eventsource-stream.js';
import { turn } from '../feed.mjs';

export const adapter = {
  package: 'undici',
  caps: {
    id: 'last', retry: 'final', final: ['last_event_id'], chunks: 'exact', empty_chunks: true,
    dataless: 'hidden', seed: true, window: 64,
  },
  async read(chunks, seen, { last_event_id: lastEventId = '' }) {
    const state = { lastEventId };
    const stream = new streams.EventSourceStream({ eventSourceSettings: state });
    stream.on('data', ({ type, options }) => seen.event(type, options.data, options.lastEventId));
    stream.on('error', (error) => seen.fail(error));
    for (const [k, chunk] of chunks.entries()) {
      seen.k = k;
      stream.write(Buffer.from(chunk));
      await turn();
    }
    seen.k = chunks.length;
    stream.end();
    await turn();
    seen.final.last_event_id = state.lastEventId;
    if (state.reconnectionTime !== undefined) seen.final.retry = state.reconnectionTime;
  },
};
