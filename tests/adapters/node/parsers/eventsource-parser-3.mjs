// createParser of the 3.x line, as eventsource-parser.mjs; it has no `onId` yet.
import { createParser } from 'eventsource-parser-3';
import { eachText } from '../feed.mjs';

export const adapter = {
  package: 'eventsource-parser-3',
  caps: {
    id: 'own', retry: 'list', comments: 'strip1', chunks: 'exact', empty_chunks: true,
    dataless: 'hidden', window: 64,
  },
  read(chunks, seen) {
    const parser = createParser({
      onEvent: ({ event, data, id }) => seen.event(event, data, id),
      onRetry: (retry) => seen.retry(retry),
      onComment: (comment) => seen.comment(comment),
    });
    eachText(chunks, seen, parser.feed);
  },
};
