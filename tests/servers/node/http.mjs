// A small hub on Node's http module, written as the tutorials write it: template strings,
// no escaping, and a head that waits for the first write.
import { createServer } from 'node:http';

const HISTORY = 1000;
const clients = new Set();
const history = [];
let published = 0;

const headers = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  Connection: 'keep-alive',
  'Access-Control-Allow-Origin': '*',
};

function format({ event, id, data }) {
  let text = '';
  if (event) text += `event: ${event}\n`;
  if (id) text += `id: ${id}\n`;
  return `${text}data: ${data ?? ''}\n\n`;
}

function events(req, res) {
  res.writeHead(200, headers);
  const seen = history.findLastIndex((old) => old.id === req.headers['last-event-id']);
  if (seen >= 0) history.slice(seen + 1).forEach((old) => res.write(format(old)));
  clients.add(res);
  req.on('close', () => clients.delete(res));
}

function publish(req, res) {
  let body = '';
  req.setEncoding('utf8');
  req.on('data', (chunk) => (body += chunk));
  req.on('end', () => {
    const message = JSON.parse(body);
    published += 1;
    message.id ||= String(published);
    history.push(message);
    if (history.length > HISTORY) history.shift();
    clients.forEach((client) => client.write(format(message)));
    res.writeHead(204).end();
  });
}

function echo(query, res) {
  res.writeHead(200, headers);
  res.end(format(Object.fromEntries(query)));
}

function stats(res) {
  res.writeHead(200, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify({ subscribers: clients.size }));
}

createServer((req, res) => {
  const [path, query] = req.url.split('?');
  if (path === '/events') events(req, res);
  else if (path === '/publish' && req.method === 'POST') publish(req, res);
  else if (path === '/echo') echo(new URLSearchParams(query), res);
  else if (path === '/stats') stats(res);
  else if (path === '/finished') res.writeHead(204).end();
  else res.writeHead(404).end();
}).listen(Number(process.argv[2]), '127.0.0.1');
