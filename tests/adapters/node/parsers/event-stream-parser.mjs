// parse(body), which gives MessageEvents and no reconnection time.
import { parse } from 'event-stream-parser';
import { body } from '../feed.mjs';

export const adapter = {
  package: 'event-stream-parser',
  caps: {
    id: 'last', retry: 'none', chunks: 'exact', empty_chunks: true, dataless: 'hidden', window: 64,
  },
  async read(chunks, seen) {
    for await (const event of await parse(body(chunks, seen))) {
      seen.event(event.type, event.data, event.lastEventId);
    }
  },
};
