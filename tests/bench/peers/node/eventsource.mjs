// The npm package `eventsource` under load: URL CONNECTIONS EXPECTED
import { EventSource } from 'eventsource'

const [url, connections, expected] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const latencies = new Uint32Array(expected)
let events = 0

function receive(message) {
  const now = (performance.timeOrigin + performance.now()) * 1000
  if (events < expected) latencies[events] = Math.max(0, now - JSON.parse(message.data).t)
  events += 1
  if (events === expected) done()
}

function done() {
  const sorted = latencies.subarray(0, Math.min(events, expected)).sort()
  const at = (quantile) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * quantile) - 1)]
  const line = { tool: 'node-eventsource', events, p50_us: at(0.5), p99_us: at(0.99), max_us: at(1) }
  console.log(JSON.stringify(line))
  process.exit(0)
}

for (let i = 0; i < connections; i++) new EventSource(url).onmessage = receive

let before = 0
let idle = 0
setInterval(() => {
  idle = events > 0 && events === before ? idle + 1 : 0
  before = events
  if (idle >= 5) done()
}, 1000)
