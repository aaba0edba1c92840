// What the SDKs of OpenAI and Anthropic have in common: _iterSSEMessages of core/streaming, the decoder under their
// Stream, which itself shows JSON values only. Exported, though not documented. It gives type and data.
import { response } from './feed.mjs';

export const sdk = (parser, packageName, iterate) => ({
  package: packageName,
  parser,
  caps: {
    id: 'none', retry: 'none', chunks: 'exact', empty_chunks: true, dataless: 'visible', window: 64,
  },
  async read(chunks, seen) {
    const messages = iterate(response(chunks, seen), new AbortController());
    for await (const { event, data } of messages) seen.event(event, data, null);
  },
});
