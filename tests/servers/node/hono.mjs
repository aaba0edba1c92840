// A small hub on Hono: streamSSE fed by an event emitter, and its cors middleware
// for one origin with credentials.
import { EventEmitter, on } from 'node:events';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { streamSSE } from 'hono/streaming';

const HISTORY = 1000;
const bus = new EventEmitter().setMaxListeners(0);
const history = [];
let published = 0;

const toSSE = ({ event, id, data }) => ({
  event: event || undefined,
  id: id || undefined,
  data: data ?? '',
});

const app = new Hono();
app.use(cors({ origin: 'https://app.example', credentials: true }));

app.get('/events', (c) =>
  streamSSE(c, async (stream) => {
    const seen = history.findLastIndex((old) => old.id === c.req.header('Last-Event-ID'));
    const replay = seen >= 0 ? history.slice(seen + 1) : [];
    const live = on(bus, 'message');
    stream.onAbort(() => live.return());
    try {
      for (const old of replay) await stream.writeSSE(toSSE(old));
      for await (const [message] of live) await stream.writeSSE(toSSE(message));
    } finally {
      live.return();
    }
  }),
);

app.post('/publish', async (c) => {
  const message = await c.req.json();
  published += 1;
  message.id ||= String(published);
  history.push(message);
  if (history.length > HISTORY) history.shift();
  bus.emit('message', message);
  return c.body(null, 204);
});

app.get('/echo', (c) => streamSSE(c, (stream) => stream.writeSSE(toSSE(c.req.query()))));
app.get('/stats', (c) => c.json({ subscribers: bus.listenerCount('message') }));
app.get('/finished', (c) => c.body(null, 204));

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.argv[2]) });
