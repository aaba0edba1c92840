// The lines of sse-adapter/1, the same for all parsers. An adapter has `package` (the folder in
// node_modules), `parser` (its name, where that differs), `caps`, and `read(chunks, seen, aCase)`,
// which feeds a new parser and tells `seen` what the caller of the parser sees, as it is.
import { readFileSync } from 'node:fs';

const ENCODE = /[^\x20-\x7e]/g;
const escape = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

function print(line) {
  const text = JSON.stringify(line).replace(ENCODE, escape);
  // A promise, because a pipe may be full.
  return new Promise((done) => process.stdout.write(`${text}\n`, done));
}

// Split by hand: node:readline also ends lines at U+2028.
async function* lines(input) {
  let rest = '';
  for await (const text of input.setEncoding('utf8')) {
    const parts = (rest + text).split('\n');
    rest = parts.pop();
    yield* parts;
  }
}

/** What the caller of the parser has seen. `k` is the chunk at hand. */
export class Seen {
  k = 0;
  out = [];
  final = {};
  error = null;

  /** `more` has `r` (a time given with the event) and `d` (false: the parser marks it dataless). */
  event(type, data, id, more = {}) {
    const e = [type, data, id].map((value) => (value === undefined ? null : value));
    if (more.r !== undefined && more.r !== null) more.r = time(more.r);
    this.#add({ e, ...more });
  }

  retry(value) {
    this.#add({ r: time(value) });
  }

  comment(text) {
    this.#add({ c: text });
  }

  /** The first error ends the stream. */
  fail(error, kind = 'other') {
    this.error ??= { k: this.k, kind, msg: String(error?.message ?? error) };
  }

  #add(record) {
    if (this.error === null) this.out.push({ k: this.k, ...record });
  }
}

/**
 * A time as the protocol has it: JSON holds no integer above 2^53. Infinity is what JavaScript makes of
 * more than 308 digits; the largest number that it has says as much.
 */
export function time(value) {
  if (value === Infinity) return BigInt(Number.MAX_VALUE).toString();
  if (typeof value === 'number' && Number.isInteger(value)) {
    return Number.isSafeInteger(value) ? value : BigInt(value).toString();
  }
  return { raw: String(value) };
}

async function answer(adapter, aCase) {
  const chunks = aCase.chunks.map((chunk) => new Uint8Array(Buffer.from(chunk, 'base64')));
  const seen = new Seen();
  try {
    await adapter.read(chunks, seen, aCase);
  } catch (error) {
    seen.fail(error);
  }
  return { id: aCase.id, out: seen.out, final: seen.final, error: seen.error };
}

export async function serve(adapter) {
  const about = new URL(`node_modules/${adapter.package}/package.json`, import.meta.url);
  const { name, version } = JSON.parse(readFileSync(about, 'utf8'));
  const runtime = `node ${process.versions.node}`;
  const parser = adapter.parser ?? name;
  await print({ sse_adapter: 1, parser, version, runtime, caps: adapter.caps });
  for await (const line of lines(process.stdin)) {
    await print(await answer(adapter, JSON.parse(line)));
  }
}
