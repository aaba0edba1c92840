// EventSource of the 3.x line with its `fetch` option. Its reconnection time cannot be seen.
import { EventSource } from 'eventsource-3';
import { listen, response } from '../feed.mjs';

export const adapter = {
  package: 'eventsource-3',
  caps: {
    id: 'last', retry: 'none', chunks: 'exact', empty_chunks: true, dataless: 'hidden',
    needs_types: true, window: 64,
  },
  async read(chunks, seen, { types = [] }) {
    const fetch = async () => response(chunks, seen);
    await listen(new EventSource('http://127.0.0.1/', { fetch }), types, seen);
  },
};
