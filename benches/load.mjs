// Fills a database, serves it with the release build, asks for its pages over kept-alive connections, prints how it went.
// Run by scripts/bench. Only ever talks to the server that it started on the loopback address.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '..');
const autocannon = createRequire(join(root, 'end2end/package.json'))('autocannon');
const program = join(root, 'target/release/countersign');

const tickets = number('N', 20_000);
const seconds = number('SECONDS_PER_PAGE', 5);
const connections = number('CONNECTIONS', 8);
const postgres = process.env.DATABASE === 'postgres';

/** Name, path, who asks. The first two are what the others are compared with. */
const pages = [
  ['healthz', '/healthz'],
  ['sign-in page', '/login'],
  ['Hosts', '/hosts', 'member'],
  ['Hosts / Create', '/hosts/new', 'member'],
  ['My Tickets', '/tickets/workflow/mine', 'member'],
  ['My Pending', '/tickets/workflow/pending', 'owner'],
  ['I Resolved', '/tickets/workflow/resolved', 'owner'],
  ['All Tickets', '/tickets/workflow/all', 'sysadmin'],
  ['All Tickets, half-way down', `/tickets/workflow/all?after=${Math.ceil(tickets / 2)}`, 'sysadmin'],
  ['All Tickets, by resource', `/tickets/workflow/all?resource=bench-${Math.ceil(tickets / 3)}`, 'sysadmin'],
  ['a ticket', '/tickets/workflow/TICKET', 'member'],
  ['Ticket Setup', '/settings/tickets', 'sysadmin'],
];

const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
let server;
try {
  await main();
} finally {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  const databaseUrl = postgres ? postgresDatabase() : `sqlite:${folder}/countersign.db`;
  const environment = { PATH: process.env.PATH, COUNTERSIGN_DATABASE_URL: databaseUrl, COUNTERSIGN_LOG_LEVEL: 'error' };
  const before = performance.now();
  execFileSync(program, ['seed', '--tickets', String(tickets)], { env: environment, cwd: folder, stdio: 'inherit' });
  console.log(`${tickets.toLocaleString('en')} tickets on ${postgres ? 'PostgreSQL' : 'SQLite'}, written in ${((performance.now() - before) / 1000).toFixed(1)} s`);

  const url = await serve(environment);
  const started = memory();
  const cookies = {};
  for (const user of new Set(pages.map(([, , user]) => user).filter(Boolean))) cookies[user] = await signIn(url, user);
  const ticket = await aTicketOf(url, cookies.member);

  const rows = [];
  for (const [name, path, user] of pages) {
    rows.push({ name, ...(await measure(url, path.replace('TICKET', ticket), cookies[user])) });
  }
  print(rows);
  console.log(`${connections} connections, ${seconds} s a page, ${cpus().length} cores shared by server, database and load generator; `
    + `server's memory ${started} MiB at first, ${memory()} MiB at the end`);
  execFileSync(join(root, 'scripts/page-weight'), { stdio: 'inherit' });
}

async function serve(environment) {
  server = spawn(program, ['serve', '--demo', '--expose-query-count'], {
    cwd: folder,
    env: { ...environment, COUNTERSIGN_ADDRESS: '127.0.0.1:0', COUNTERSIGN_SITE_ROOT: join(root, 'target/site') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return await new Promise((found, failed) => {
    server.once('error', failed);
    server.once('exit', (code) => failed(new Error(`the server ended (${code}) before it listened`)));
    createInterface(server.stdout).on('line', (line) => {
      const url = /^listening on (http:\/\/\S+?)\/?$/.exec(line)?.[1];
      if (url) found(url);
    });
  });
}

async function signIn(url, username) {
  const response = await fetch(`${url}/api/sign-in`, {
    method: 'POST',
    headers: { origin: url },
    body: new URLSearchParams({ username, password: 'countersign' }),
    redirect: 'manual',
  });
  const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  if (!cookie) throw new Error(`${username} can't sign in: ${response.status} ${await response.text()}`);
  return cookie;
}

/** The number of a ticket that is done, with all its records. */
async function aTicketOf(url, cookie) {
  const page = await (await fetch(`${url}/tickets/workflow/mine?status=completed&resource=bench-`, { headers: { cookie } })).text();
  const found = /\/tickets\/workflow\/(\d+)/.exec(page)?.[1];
  if (!found) throw new Error('My Tickets of member lists no ticket');
  return found;
}

async function measure(url, path, cookie) {
  // As a browser asks.
  const headers = { accept: 'text/html', 'accept-encoding': 'gzip, deflate, br', ...(cookie ? { cookie } : {}) };
  let queries;
  for (let i = 0; i < 20; i++) {
    const response = await fetch(url + path, { headers, redirect: 'manual' });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${path}: status ${response.status}`);
    queries = response.headers.get('x-countersign-queries') ?? '';
  }
  const times = [];
  const load = autocannon({ url: url + path, headers, connections, duration: seconds });
  let bytes = 0;
  load.on('response', (_client, _status, size, time) => {
    bytes = size;
    times.push(time);
  });
  const result = await load;
  if (result.non2xx || result.errors || result.timeouts) {
    throw new Error(`${path}: ${result.non2xx} answers of another status, ${result.errors} errors, ${result.timeouts} time-outs`);
  }
  times.sort((a, b) => a - b);
  const percentile = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { rate: times.length / result.duration, p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), bytes, queries };
}

function print(rows) {
  const [health, login] = rows;
  const titles = ['page', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'bytes', 'queries', 'of healthz', 'of sign-in'];
  const lines = rows.map(({ name, rate, p50, p95, p99, bytes, queries }) => [
    name, Math.round(rate).toString(), p50.toFixed(1), p95.toFixed(1), p99.toFixed(1), bytes.toString(), queries,
    (rate / health.rate).toFixed(3), (rate / login.rate).toFixed(2),
  ]);
  const widths = titles.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i].length)));
  for (const line of [titles, ...lines]) {
    console.log(line.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  '));
  }
}

/** What the server occupies, in MiB. */
function memory() {
  const pages = Number(readFileSync(`/proc/${server.pid}/statm`, 'utf8').split(' ')[1]);
  return Math.round((pages * 4096) / 1024 / 1024);
}

function postgresDatabase() {
  const url = process.env.COUNTERSIGN_TEST_POSTGRES_URL;
  if (!url) throw new Error('run under scripts/with-postgres');
  execFileSync('psql', [url, '--quiet', '--no-psqlrc', '--command', 'CREATE DATABASE bench']);
  const database = new URL(url);
  database.pathname = '/bench';
  return database.href;
}

function number(variable, otherwise) {
  const value = Number(process.env[variable] ?? otherwise);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${variable} must be a whole number above 0`);
  return value;
}
