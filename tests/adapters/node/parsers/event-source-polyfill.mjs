// EventSourcePolyfill over the global fetch, which it takes when it is loaded. Its reconnection time
// cannot be seen.
import { listen, response } from '../feed.mjs';

let stream;
globalThis.fetch = async () => response(...stream);
const { EventSourcePolyfill } = (await import('event-source-polyfill')).default;

export const adapter = {
  package: 'event-source-polyfill',
  caps: {
    id: 'last', retry: 'none', chunks: 'exact', empty_chunks: true, dataless: 'hidden',
    needs_types: true, window: 64,
  },
  async read(chunks, seen, { types = [] }) {
    stream = [chunks, seen];
    await listen(new EventSourcePolyfill('http://127.0.0.1/'), types, seen);
  },
};
