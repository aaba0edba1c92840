// EventSource behind node:http, over its `agent` option. `reconnectInterval` is a property that anyone
// can read; -1 is put there first, to tell a time of the stream from the default.
import { EventSource } from 'launchdarkly-eventsource';
import { listen } from '../feed.mjs';
import { agent } from '../wire.mjs';

export const adapter = {
  package: 'launchdarkly-eventsource',
  caps: {
    id: 'last', retry: 'final', chunks: 'exact', empty_chunks: false, dataless: 'hidden',
    needs_types: true, window: 64,
  },
  async read(chunks, seen, { types = [] }) {
    const source = new EventSource('http://127.0.0.1/', { agent: agent(chunks, seen) });
    source.reconnectInterval = -1;
    await listen(source, [...types, 'end'], seen);
    if (source.reconnectInterval !== -1) seen.final.retry = source.reconnectInterval;
  },
};
