// fetchEventSource with its `fetch` option. It was written for browsers, hence `window` and `document`.
// `onmessage` is called at each blank line, whether there was data or not, and an event without a type has
// the empty text there. The last event ID is what it
// has put among the headers of the next request.
import { fetchEventSource } from '@microsoft/fetch-event-source/lib/cjs/index.js';
import { response } from '../feed.mjs';

globalThis.window ??= globalThis;
globalThis.document ??= { addEventListener() {}, removeEventListener() {} };

export const adapter = {
  package: '@microsoft/fetch-event-source',
  caps: {
    id: 'own', own_empty: false, retry: 'event', final: ['last_event_id'], chunks: 'exact',
    empty_chunks: true, dataless: 'visible', window: 64,
  },
  async read(chunks, seen) {
    let headers = {};
    await fetchEventSource('http://127.0.0.1/', {
      openWhenHidden: true,
      fetch: async (_url, options) => {
        headers = options.headers;
        return response(chunks, seen);
      },
      onmessage: ({ event, data, id, retry }) => seen.event(event || null, data, id, { r: retry }),
      onerror: (error) => { throw error; },
    });
    seen.final.last_event_id = headers['last-event-id'] ?? '';
  },
};
