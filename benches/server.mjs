// The server that is measured: fills its database, starts it, signs in to it, stops it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const root = resolve(import.meta.dirname, '..');
const program = resolve(process.env.PROGRAM ?? join(root, 'target/release/countersign'));
const siteRoot = resolve(process.env.SITE_ROOT ?? join(root, 'target/site'));

export const settings = {
  sizes: numbers('SIZES', process.env.N ?? '20000'),
  connections: numbers('CONNECTIONS', '1,8,32'),
  seconds: numbers('SECONDS_PER_PAGE', '2')[0],
  streams: numbers('STREAMS', '2000')[0],
  postgres: process.env.DATABASE === 'postgres',
};

function numbers(name, preset) {
  return (process.env[name] ?? preset).split(',').map((text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) throw new Error(`${name} takes whole numbers above 0, not ${text}`);
    return value;
  });
}

export class Server {
  cookies = {};

  /** Starts a server over a new database with this many tickets. */
  static async seeded(tickets) {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
    const url = settings.postgres ? postgresDatabase(tickets) : `sqlite:${server.folder}/countersign.db`;
    server.environment = { PATH: process.env.PATH, COUNTERSIGN_DATABASE_URL: url, COUNTERSIGN_LOG_LEVEL: 'error' };
    const before = performance.now();
    server.command(['seed', '--tickets', String(tickets)]);
    server.written = (performance.now() - before) / 1000;
    // Brings what was filled in to the disk before anything is measured.
    if (settings.postgres) execFileSync('psql', [url, '--quiet', '--command', 'CHECKPOINT']);
    execFileSync('sync');
    await server.serve();
    return server;
  }

  /** Runs another command of the program on this database; returns what it prints. */
  command(words) {
    return execFileSync(program, words, { env: this.environment, cwd: this.folder, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  }

  async serve() {
    this.process = spawn(program, ['serve', '--demo', '--expose-query-count'], {
      cwd: this.folder,
      env: { ...this.environment, COUNTERSIGN_ADDRESS: '127.0.0.1:0', COUNTERSIGN_SITE_ROOT: siteRoot },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.url = await new Promise((found, failed) => {
      this.process.once('error', failed);
      this.process.once('exit', (code) => failed(new Error(`the server ended (${code}) before it listened`)));
      createInterface(this.process.stdout).on('line', (line) => {
        const url = /^listening on (http:\/\/\S+?)\/?$/.exec(line)?.[1];
        if (url) found(url);
      });
    });
  }

  async stop() {
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  async signIn(username) {
    const body = new URLSearchParams({ username, password: 'countersign' });
    const response = await fetch(`${this.url}/api/sign-in`, { method: 'POST', headers: { origin: this.url }, body, redirect: 'manual' });
    const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
    if (!cookie) throw new Error(`${username} can't sign in: ${response.status} ${await response.text()}`);
    this.cookies[username] = cookie;
  }

  cookie(user) {
    return user ? { cookie: this.cookies[user] } : {};
  }

  async text(path, user) {
    const response = await fetch(this.url + path, { headers: this.cookie(user), redirect: 'manual' });
    if (response.status !== 200) throw new Error(`${path}: status ${response.status}`);
    return await response.text();
  }

  /** The numbers of the tickets on a list's page, in the list's order. */
  async numbers(path, user) {
    const found = [...(await this.text(path, user)).matchAll(/href="\/tickets\/(?:workflow|support)\/(\d+)"/g)];
    return [...new Set(found.map(([, number]) => Number(number)))];
  }

  /** What the words in capitals in the paths of pages stand for. */
  async places() {
    const first = async (path, user) => (await this.numbers(path, user))[0];
    const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
    return {
      DONE: await first('/tickets/workflow/mine?status=completed&resource=bench-', 'member'),
      WAITING: await first('/tickets/workflow/pending?resource=bench-', 'owner'),
      THREAD: await first('/tickets/support/mine', 'member'),
      // Days from which the smallest database has tickets, too.
      FROM: day(4),
      TO: day(2),
    };
  }

  /** The server's memory (resident set) in MiB. */
  memory() {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
  }
}

function postgresDatabase(tickets) {
  const server = process.env.COUNTERSIGN_TEST_POSTGRES_URL;
  if (!server) throw new Error('scripts/with-postgres provides a server');
  const name = `bench_${tickets}`;
  execFileSync('psql', [server, '--quiet', '--command', `CREATE DATABASE ${name}`]);
  return server.replace(/\/[^/]*$/, `/${name}`);
}
