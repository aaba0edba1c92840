// Opens TAP documents with tap-parser, strictly, and tells what it sees.
// usage: node tap.mjs FILE...     one line of JSON for each, as read.py
import { readFileSync } from 'node:fs'
import { Parser } from './node/node_modules/tap-parser/dist/esm/index.js'

const read = path => {
  const points = []
  const parser = new Parser({ strict: true })
  parser.on('assert', it => points.push({
    ok: it.ok, id: it.id, name: it.name, skip: it.skip, todo: it.todo, diag: it.diag ?? null,
  }))
  const extra = []
  parser.on('extra', line => extra.push(line))
  parser.end(readFileSync(path, 'utf8'))
  const results = parser.results
  const wrong = [...results.failures.filter(it => it.tapError).map(it => it.tapError), ...extra]
  // Of a document with failed points it does not count this as an error.
  if (!results.bailout && results.plan.end !== results.count) wrong.push('not as many points as planned')
  if (wrong.length > 0) return { refused: wrong.join('; ').slice(0, 2000) }
  const { ok, count, pass, fail, skip, todo, bailout } = results
  return { seen: { ok, counts: [count, pass, fail, skip, todo], bailout, plan: results.plan.end, points } }
}

for (const path of process.argv.slice(2)) console.log(JSON.stringify(read(path)))
