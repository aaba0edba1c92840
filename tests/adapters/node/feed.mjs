// Ways to hand over a stream, one chunk at a time.

/** Lets everything happen that the last chunk has set off: promises and ticks come first. */
export const turn = () => new Promise(setImmediate);

/** The body of a response: each read gives one chunk, and not before the last one is dealt with. */
export function body(chunks, seen) {
  let next = 0;
  async function pull(controller) {
    await turn();
    seen.k = next;
    if (next === chunks.length) controller.close();
    else controller.enqueue(chunks[next]);
    next += 1;
  }
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** What fetch gives for that stream. */
export function response(chunks, seen) {
  const headers = { 'content-type': 'text/event-stream' };
  return new Response(body(chunks, seen), { status: 200, headers });
}

/** Feeds the decoded text of each chunk to `feed`, by the decoder that the web has for it. */
export function eachText(chunks, seen, feed) {
  const decoder = new TextDecoder();
  chunks.forEach((chunk, k) => {
    seen.k = k;
    feed(decoder.decode(chunk, { stream: true }));
  });
  seen.k = chunks.length;
}

/**
 * Listens to an EventSource until it says that the stream has ended, by an event of type `error`
 * or `end`. Those of the stream have data, whatever their type.
 */
export function listen(source, types, seen) {
  return new Promise((done) => {
    const listener = (event) => {
      if (event.data !== undefined) {
        seen.event(event.type, event.data, event.lastEventId);
      } else if (event.type === 'error' || event.type === 'end') {
        source.close();
        // Some set their timer for the next connection only after this event.
        setImmediate(() => source.close());
        done();
      }
    };
    for (const type of new Set([...types, 'message', 'error'])) {
      source.addEventListener(type, listener);
    }
  });
}
