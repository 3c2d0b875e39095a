// A Countersign server for the tests: with demo data, on a free port and a database of its own.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const target = resolve(import.meta.dirname, '../../target');
/** The program that cargo's tests have compiled; E2E_PROGRAM names another build. */
const program = resolve(target, '..', process.env.E2E_PROGRAM ?? 'target/debug/countersign');

export type ServerOptions = {
  /** What follows `countersign serve`. */
  args: string[];
  /** Settings by environment, `COUNTERSIGN_…`; they win over the defaults below. */
  env: Record<string, string>;
};

export class Server {
  /** Without a slash at the end; stays the same over a restart. */
  url = '';
  readonly databaseUrl: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'countersign-e2e-'));
  private process?: ChildProcess;
  private output = '';

  private constructor(private readonly options: ServerOptions, databaseUrl?: string) {
    const fresh = () => (process.env.E2E_DATABASE === 'postgres' ? createPostgresDatabase() : `sqlite:${this.folder}/countersign.db`);
    this.databaseUrl = databaseUrl ?? fresh();
  }

  static async start(options: ServerOptions): Promise<Server> {
    const server = new Server(options);
    await server.launch();
    return server;
  }

  /** Another process on the database of this one, which is on Postgres. */
  static async beside(one: Server): Promise<Server> {
    const server = new Server(one.options, one.databaseUrl);
    await server.launch();
    return server;
  }

  /** Ends every connection that servers have to the Postgres database, as a restart of it would. */
  cutDatabaseConnections() {
    const cut = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
    execFileSync('psql', [this.databaseUrl, '--quiet', '--no-psqlrc', '--output', '/dev/null', '--command', cut]);
  }

  /** Stops the server, by SIGKILL like a power cut if asked to, and starts it again on the same data and address. */
  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
    await this.end(signal);
    await this.launch();
  }

  async stop() {
    try {
      await this.end('SIGTERM');
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** The last 4,000 characters that the server printed, for messages. */
  get log(): string {
    return this.output.slice(-4000);
  }

  private async launch() {
    const child = spawn(program, ['serve', ...this.options.args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        COUNTERSIGN_SITE_ROOT: join(target, 'site'),
        COUNTERSIGN_DATABASE_URL: this.databaseUrl,
        COUNTERSIGN_DEPLOY_DELAY: '200ms',
        ...this.options.env,
        COUNTERSIGN_ADDRESS: this.url ? new URL(this.url).host : '127.0.0.1:0',
      },
    });
    this.process = child;
    process.once('exit', () => child.kill('SIGKILL'));

    const listening = new Promise<string>((found, failed) => {
      createInterface(child.stdout!).on('line', (line) => {
        this.output += `${line}\n`;
        const url = /^listening on (http:\/\/\S+?)\/?$/.exec(line)?.[1];
        if (url) found(url);
      });
      child.stderr!.on('data', (data) => (this.output += data));
      child.once('error', failed);
      child.once('close', (code, signal) => failed(new Error(`the server ended (${signal ?? code}) before it listened:\n${this.log}`)));
    });
    this.url = await within(15, listening, () => `the server did not print "listening on http://…" in 15 s:\n${this.log}`);
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL') {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    try {
      await within(10, ended, () => `the server did not stop within 10 s of ${signal}:\n${this.log}`);
    } finally {
      child.kill('SIGKILL');
    }
  }
}

/** The server of the spec file that runs now: a worker runs one file at a time, each on a server nobody used before. */
export class ServerOfFile {
  private key = '';
  private server?: Server;

  async get(file: string, options: ServerOptions): Promise<Server> {
    const key = JSON.stringify([file, options]);
    if (key !== this.key) {
      await this.stop();
      this.server = await Server.start(options);
      this.key = key;
    }
    return this.server!;
  }

  async stop() {
    await this.server?.stop();
    this.server = undefined;
    this.key = '';
  }
}

function createPostgresDatabase(): string {
  const url = process.env.COUNTERSIGN_TEST_POSTGRES_URL;
  if (!url) throw new Error('E2E_DATABASE=postgres needs COUNTERSIGN_TEST_POSTGRES_URL; run under scripts/with-postgres');
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  execFileSync('psql', [url, '--quiet', '--no-psqlrc', '--command', `CREATE DATABASE ${name}`]);
  const database = new URL(url);
  database.pathname = `/${name}`;
  return database.href;
}

async function within<T>(seconds: number, promise: Promise<T>, message: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(message())), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
