// Restarts two servers behind nginx in turn, under a steady load, and counts what went wrong. Run by
// scripts/two-servers. It only ever talks to what it started on the loopback address.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostForm, serve, signIn, table, valueOf } from './served.mjs';

const root = resolve(import.meta.dirname, '..');
const seconds = Number(process.env.SECONDS_OF_LOAD ?? 60);
const readers = 4;
const openStreams = 20;
/** The drain delay of deploy/countersign.toml, which deploy/nginx.conf counts on. */
const drainDelay = '5s';

const folder = mkdtempSync(join(tmpdir(), 'countersign-two-servers-'));
const agent = new Agent({ keepAlive: true });
let nginx;
const kinds = new Map();
const problems = [];
const servers = [];
let over = false;

let outcome;
try {
  outcome = await main();
} finally {
  over = true;
  await endProxy();
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
print(outcome);
if (problems.length || outcome.restarts.length < 2) process.exitCode = 1;

/** Returns how long each restart took (s), and how many replies the database holds in the end. */
async function main() {
  const [proxyPort, ...ports] = await Promise.all([freePort(), freePort(), freePort()]);
  const proxy = `http://127.0.0.1:${proxyPort}`;
  const databaseUrl = createDatabase();
  // One after the other, because the first server fills the database.
  for (const port of ports) servers.push(await start(port, databaseUrl, proxy));
  await startProxy(proxyPort, ports);

  const people = {};
  for (const name of ['member', 'owner', 'helpdesk', 'sysadmin']) people[name] = await signIn(proxy, name);
  const done = [
    ...Array.from({ length: readers }, (_, place) => read(proxy, people, place)),
    decide(proxy, people), talk(proxy, people),
    ...Array.from({ length: openStreams }, (_, place) => listen(proxy, people[place % 2 ? 'member' : 'owner'])),
  ];

  const until = performance.now() + seconds * 1000;
  const restarts = [];
  for (let place = 0; performance.now() < until; place = 1 - place) {
    await sleep(2000);
    const before = performance.now();
    await servers[place].stop();
    servers[place] = await start(ports[place], databaseUrl, proxy);
    restarts.push((performance.now() - before) / 1000);
  }
  over = true;
  await Promise.all(done);

  const replies = kinds.get('reply');
  const kept = Number(execFileSync('psql', [databaseUrl, '--no-psqlrc', '--tuples-only', '--command',
    "SELECT COUNT(*) FROM post WHERE body LIKE 'steady %'"]).toString());
  if (kept !== replies.times.length) problems.push(`${replies.times.length} replies were confirmed, the database holds ${kept}`);
  return { restarts, kept };
}

// --- What people do

async function read(proxy, people, place) {
  const pages = [
    ['member', '/hosts'], ['member', '/tickets/workflow/mine'], ['owner', '/tickets/workflow/pending'],
    ['sysadmin', '/tickets/workflow/all'], ['member', '/tickets/support/mine'], ['nobody', '/login'],
  ];
  for (let turn = place; !over; turn++) {
    const [who, path] = pages[turn % pages.length];
    await ask('page', proxy, path, { cookie: people[who] });
    await sleep(20);
  }
}

/** Submits a request for a host, passes its first link, takes it back: three changes that use up no quota. */
async function decide(proxy, people) {
  const form = hostForm((await ask('read', proxy, '/hosts/new', { cookie: people.member })).body);
  for (let turn = 0; !over; turn++) {
    const said = await act('submit', proxy, '/api/create-host', people.member, {
      ...form, 'form[name]': `steady-${turn}`,
    });
    const number = /^Ticket (\d+)/.exec(said?.message ?? '')?.[1];
    if (!number) continue;
    const asked = await ask('read', proxy, `/tickets/workflow/${number}?dialog=pass`, { cookie: people.owner });
    if (asked.status !== 200) continue;
    const version = Number(valueOf(asked.body, 'version'));
    const seen = valueOf(asked.body, 'seen');
    const back = '/tickets/workflow/pending';
    await act('pass', proxy, '/api/pass', people.owner, { number, version, seen, note: 'steady', back });
    await act('undo', proxy, '/api/undo', people.member, { number, version: version + 1, reason: 'steady', back });
    await sleep(20);
  }
}

async function talk(proxy, people) {
  for (let turn = 0; !over; turn++) {
    const said = await act('submit', proxy, '/api/request-support', people.member, { 'form[description]': `of turn ${turn}`, 'form[level]': 'minor' });
    const number = /^Ticket (\d+)/.exec(said?.message ?? '')?.[1];
    for (let reply = 0; number && reply < 20 && !over; reply++) {
      const body = `steady ${turn}.${reply}`;
      await act('reply', proxy, '/api/reply-support-ticket', reply % 2 ? people.member : people.helpdesk, { number, body });
      await sleep(20);
    }
  }
}

/** Keeps a stream open. A stream that ends as it should is opened again, as browsers do. */
async function listen(proxy, cookie) {
  while (!over) {
    const kind = of('stream');
    const began = performance.now();
    await new Promise((ended) => {
      const asked = request(`${proxy}/events`, { headers: { cookie }, agent: new Agent() }, (answer) => {
        if (answer.statusCode !== 200) problem(kind, `/events: status ${answer.statusCode}`);
        kind.times.push(performance.now() - began);
        answer.resume();
        const stop = setInterval(() => over && asked.destroy(), 100);
        answer.once('end', () => !answer.complete && !over && problem(kind, '/events: broke off'));
        answer.once('error', (error) => !over && problem(kind, `/events: ${error.message}`));
        answer.once('close', () => { clearInterval(stop); ended(); });
      });
      asked.once('error', (error) => { if (!over) problem(kind, `/events: ${error.message}`); ended(); });
      asked.end();
    });
    await sleep(500);
  }
}

// --- Requests

async function act(kind, proxy, path, cookie, fields) {
  const answer = await ask(kind, proxy, path, { cookie, fields });
  if (answer.status !== 200) return undefined;
  const { done, refused } = JSON.parse(answer.body);
  if (!done) problem(of(kind), `${path}: ${JSON.stringify(refused)}`);
  return done;
}

/** Sends a request and gives `{ status, body, headers }`. Any status but 200 is noted as a failure, and given as 0. */
function ask(name, proxy, path, { cookie, fields }) {
  const kind = of(name);
  const began = performance.now();
  const body = fields && new URLSearchParams(fields).toString();
  const headers = {
    accept: fields ? 'application/json' : 'text/html', ...(cookie && { cookie }),
    ...(fields && { origin: proxy, 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((answered) => {
    const failed = (why) => { problem(kind, `${path}: ${why}`); answered({ status: 0, body: '', headers: {} }); };
    const asked = request(proxy + path, { method: fields ? 'POST' : 'GET', headers, agent }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.once('error', (error) => failed(error.message));
      answer.once('end', () => {
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode !== 200) return failed(`status ${answer.statusCode} ${text.slice(0, 200)}`);
        kind.times.push(performance.now() - began);
        answered({ status: 200, body: text, headers: answer.headers });
      });
    });
    asked.once('error', (error) => failed(error.message));
    asked.end(body);
  });
}

function of(name) {
  if (!kinds.has(name)) kinds.set(name, { times: [], failed: 0 });
  return kinds.get(name);
}

function problem(kind, what) {
  kind.failed++;
  problems.push(what);
}

// --- The servers, nginx and the database

async function start(port, databaseUrl, publicUrl) {
  const server = await serve(folder, {
    COUNTERSIGN_ADDRESS: `127.0.0.1:${port}`, COUNTERSIGN_DATABASE_URL: databaseUrl, COUNTERSIGN_PUBLIC_URL: publicUrl,
    COUNTERSIGN_TRUSTED_PROXIES: '127.0.0.1', COUNTERSIGN_DRAIN_DELAY: drainDelay, COUNTERSIGN_SECRET_KEY: 'for two servers',
  });
  return {
    async stop() {
      const code = await server.stop();
      if (code !== 0) problems.push(`a server ended with ${code}`);
    },
  };
}

/** Starts nginx with deploy/nginx.conf, changed only in its ports and to do without TLS. */
async function startProxy(port, [first, second]) {
  const example = readFileSync(join(root, 'deploy/nginx.conf'), 'utf8');
  const changes = [
    [/server 127\.0\.0\.1:3000 /, `server 127.0.0.1:${first} `],
    [/# server 127\.0\.0\.1:3001 /, `server 127.0.0.1:${second} `],
    [/listen 443 ssl http2;/, `listen 127.0.0.1:${port};`],
    [/ +ssl_certificate .*\n +ssl_certificate_key .*\n/, ''],
    [/server \{\s+listen 80;[^}]+\}/, ''],
  ];
  const site = changes.reduce((text, [from, to]) => {
    if (!from.test(text)) throw new Error(`deploy/nginx.conf has no ${from} any more`);
    return text.replace(from, to);
  }, example);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => {
    mkdirSync(join(folder, name));
    return `${name}_temp_path ${folder}/${name};`;
  });
  writeFileSync(join(folder, 'nginx.conf'), `
    daemon off;
    ${process.getuid() === 0 ? 'user root;' : ''}
    pid ${folder}/nginx.pid;
    error_log stderr error;
    events {}
    http { access_log off; ${paths.join(' ')} ${site} }`);
  nginx = spawn(process.env.NGINX_PROGRAM, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], { stdio: ['ignore', 'inherit', 'pipe'] });
  // nginx logs every server that refuses a connection. That happens at each restart, so it isn't shown.
  createInterface(nginx.stderr).on('line', (line) => /Connection refused/.test(line) || console.error(line));
  for (let attempt = 0; attempt < 100; attempt++) {
    const reached = await fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok, () => false);
    if (reached) return;
    await sleep(50);
  }
  throw new Error('nginx does not answer');
}

/** Ends nginx by SIGTERM: a master process that is killed leaves its worker behind. */
async function endProxy() {
  if (!nginx || nginx.exitCode !== null) return;
  const ended = new Promise((exit) => nginx.once('exit', exit));
  nginx.kill('SIGTERM');
  await ended;
}

function createDatabase() {
  const url = process.env.COUNTERSIGN_TEST_POSTGRES_URL;
  if (!url) throw new Error('run under scripts/with-postgres');
  execFileSync('psql', [url, '--quiet', '--no-psqlrc', '--command', 'CREATE DATABASE two_servers']);
  const database = new URL(url);
  database.pathname = '/two_servers';
  return database.href;
}

function freePort() {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

function print({ restarts, kept }) {
  console.log(`${restarts.length} restarts in turn, each ${restarts.map((time) => time.toFixed(1)).join(', ')} s from SIGTERM to listening again, `
    + `${drainDelay} of it draining`);
  const titles = ['what', 'good', 'failed', 'p50 ms', 'p99 ms', 'longest ms'];
  const lines = [...kinds].map(([name, { times, failed }]) => {
    times.sort((a, b) => a - b);
    const at = (share) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(0);
    return [name, String(times.length), String(failed), at(0.5), at(0.99), at(1)];
  });
  console.log(table(titles, lines));
  console.log(`replies confirmed ${kinds.get('reply').times.length}, in the database ${kept}`);
  for (const what of problems.slice(0, 20)) console.error(`failed: ${what}`);
  console.log(problems.length ? `${problems.length} failures` : 'no request failed');
}
