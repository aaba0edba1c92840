// One virtual user for each stream. BENCH_URL, BENCH_CONNECTIONS, BENCH_EVENTS (for each stream), BENCH_SECONDS.
import sse from 'k6/x/sse'
import { Trend } from 'k6/metrics'

const latency = new Trend('latency_ms')
const events = Number(__ENV.BENCH_EVENTS)

export const options = {
  scenarios: {
    all: {
      executor: 'per-vu-iterations',
      vus: Number(__ENV.BENCH_CONNECTIONS),
      iterations: 1,
      maxDuration: `${__ENV.BENCH_SECONDS}s`,
      gracefulStop: '0s',
    },
  },
  summaryTrendStats: ['count', 'med', 'p(99)', 'max'],
}

export default function () {
  let seen = 0
  sse.open(__ENV.BENCH_URL, {}, (client) => {
    client.on('event', (event) => {
      // The extension takes comments for events; nchan greets with one.
      if (!event.data) return
      latency.add(Date.now() - JSON.parse(event.data).t / 1000)
      seen += 1
      if (seen === events) client.close()
    })
  })
}

export function handleSummary(data) {
  const of = data.metrics.latency_ms.values
  const us = (ms) => Math.round(ms * 1000)
  const line = { tool: 'k6-xk6-sse', events: of.count, p50_us: us(of.med), p99_us: us(of['p(99)']), max_us: us(of.max) }
  return { stdout: JSON.stringify(line) + '\n' }
}
