// EventSource of the 2.x line behind node:http, over its `createConnection` option. `reconnectInterval` is a
// property that anyone can read; -1 is put there first, to tell a time of the stream from the default.
import EventSource from 'eventsource-2';
import { listen } from '../feed.mjs';
import { connection } from '../wire.mjs';

export const adapter = {
  package: 'eventsource-2',
  caps: {
    id: 'last', retry: 'final', chunks: 'exact', empty_chunks: false, dataless: 'hidden',
    needs_types: true, window: 64,
  },
  async read(chunks, seen, { types = [] }) {
    const createConnection = () => connection(chunks, seen);
    const source = new EventSource('http://127.0.0.1/', { createConnection });
    source.reconnectInterval = -1;
    source.on('error', (event) => {
      if (event.data !== undefined) return;
      if (source.reconnectInterval !== -1) seen.final.retry = source.reconnectInterval;
      // It reads this next, for a timer that it never clears and that keeps the process from ending.
      source.reconnectInterval = 0;
    });
    await listen(source, types, seen);
  },
};
