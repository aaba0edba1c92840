// events(response). A block without data comes without the key, so it can be told.
import { events } from 'fetch-event-stream';
import { response } from '../feed.mjs';

export const adapter = {
  package: 'fetch-event-stream',
  caps: {
    id: 'own', retry: 'event', chunks: 'exact', empty_chunks: true, dataless: 'flagged', window: 64,
  },
  async read(chunks, seen) {
    for await (const { event, data, id, retry } of events(response(chunks, seen))) {
      seen.event(event, data, id, data === undefined ? { r: retry, d: false } : { r: retry });
    }
  },
};
