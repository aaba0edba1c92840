// parseServerSentEvents(response).
import { parseServerSentEvents } from 'parse-sse';
import { response } from '../feed.mjs';

export const adapter = {
  package: 'parse-sse',
  caps: {
    id: 'last', retry: 'event', chunks: 'exact', empty_chunks: true, dataless: 'hidden', window: 64,
  },
  async read(chunks, seen) {
    for await (const event of parseServerSentEvents(response(chunks, seen))) {
      seen.event(event.type, event.data, event.lastEventId, { r: event.retry });
    }
  },
};
