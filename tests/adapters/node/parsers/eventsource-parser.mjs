// createParser, fed by a TextDecoder as its README has it. `onError` is advice there (an unknown field, a bad
// retry) and changes nothing, so it is left out; `feed` throws what is fatal. The last event ID is what
// `onId` gave last. TextDecoder removes a byte order mark before the parser looks for one.
import { createParser } from 'eventsource-parser';
import { eachText } from '../feed.mjs';

export const adapter = {
  package: 'eventsource-parser',
  caps: {
    id: 'own', retry: 'list', final: ['last_event_id'], comments: 'strip1', chunks: 'exact',
    empty_chunks: true, dataless: 'hidden', window: 64,
  },
  read(chunks, seen) {
    seen.final.last_event_id = '';
    const parser = createParser({
      onEvent: ({ event, data, id }) => seen.event(event, data, id),
      onRetry: (retry) => seen.retry(retry),
      onComment: (comment) => seen.comment(comment),
      onId: (id) => { seen.final.last_event_id = id; },
    });
    eachText(chunks, seen, parser.feed);
  },
};
