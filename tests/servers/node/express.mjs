// A small hub on Express with the cors package. The payload goes out as JSON, the usual idiom;
// event and id are written as they came.
import cors from 'cors';
import express from 'express';

const HISTORY = 1000;
const clients = new Set();
const history = [];
let published = 0;

function format({ event, id, data }) {
  let text = '';
  if (event) text += `event: ${event}\n`;
  if (id) text += `id: ${id}\n`;
  return `${text}data: ${JSON.stringify(data ?? null)}\n\n`;
}

function openStream(res) {
  res.set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    Connection: 'keep-alive',
  });
  res.flushHeaders();
}

const app = express();
app.use(cors());
app.use(express.json({ limit: '16mb' }));

app.get('/events', (req, res) => {
  openStream(res);
  res.write('retry: 3000\n\n');
  const seen = history.findLastIndex((old) => old.id === req.get('Last-Event-ID'));
  if (seen >= 0) history.slice(seen + 1).forEach((old) => res.write(format(old)));
  clients.add(res);
  req.on('close', () => clients.delete(res));
});

app.post('/publish', (req, res) => {
  published += 1;
  const message = { ...req.body, id: req.body.id || String(published) };
  history.push(message);
  if (history.length > HISTORY) history.shift();
  clients.forEach((client) => client.write(format(message)));
  res.sendStatus(204);
});

app.get('/echo', (req, res) => {
  openStream(res);
  res.end(format(req.query));
});

app.get('/stats', (req, res) => res.json({ subscribers: clients.size }));
app.get('/finished', (req, res) => res.sendStatus(204));

app.listen(Number(process.argv[2]), '127.0.0.1');
