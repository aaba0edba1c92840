// _iterSSEMessages of core/streaming: the decoder under the SDK's Stream, which itself shows JSON values only.
// Exported, though not documented. It gives type and data.
import { _iterSSEMessages } from 'openai-6/core/streaming';
import { response } from '../feed.mjs';

export const adapter = {
  package: 'openai-6',
  parser: 'openai-node-6',
  caps: {
    id: 'none', retry: 'none', chunks: 'exact', empty_chunks: true, dataless: 'visible', window: 64,
  },
  async read(chunks, seen) {
    const messages = _iterSSEMessages(response(chunks, seen), new AbortController());
    for await (const { event, data } of messages) seen.event(event, data, null);
  },
};
