// Starts a server of the release build on the loopback address, for measuring, and signs people in to it.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '..');
/** The server's program. PROGRAM and SITE_ROOT name another build than this folder's. */
export const program = resolve(root, process.env.PROGRAM ?? 'target/release/countersign');
const siteRoot = resolve(root, process.env.SITE_ROOT ?? 'target/site');

/** Starts a server in a folder, with settings by environment, and waits until it listens. */
export async function serve(folder, settings) {
  const child = spawn(program, ['serve', '--demo'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, COUNTERSIGN_LOG_LEVEL: 'warn', COUNTERSIGN_SITE_ROOT: siteRoot, ...settings },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise((exit) => child.once('exit', (code) => {
    process.off('exit', kill);
    exit(code);
  }));
  const url = await new Promise((found, failed) => {
    child.once('error', failed);
    ended.then((code) => failed(new Error(`the server ended (${code}) before it listened`)));
    createInterface(child.stdout).on('line', (line) => {
      const match = /^listening on (http:\/\/\S+?)\/?$/.exec(line);
      if (match) found(match[1]);
    });
  });
  /** Tells the server to stop and gives the code that it ended with. */
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { url, stop };
}

/** The cookie of a new session of one of the demo's people. */
export async function signIn(url, username) {
  const body = new URLSearchParams({ username, password: 'countersign' });
  const answer = await fetch(`${url}/api/sign-in`, { method: 'POST', headers: { origin: url }, body, redirect: 'manual' });
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  if (!cookie) throw new Error(`${username} can't sign in: ${answer.status} ${await answer.text()}`);
  return cookie;
}

/** The value that the field of this name has in a page. */
export const valueOf = (html, name) => new RegExp(`name="${name.replaceAll(/[[\]]/g, '\\$&')}" value="([^"]*)"`).exec(html)?.[1];

/** The fields that the form of `/hosts/new` is preset with in a Project View: all but the name. */
export function hostForm(html) {
  const chosen = (name) => new RegExp(`name="form\\[${name}\\]"[^>]*><option value="([^"]*)"`).exec(html)?.[1];
  return {
    'form[quantity]': '1',
    'form[system_disk]': '30',
    'form[project]': chosen('project'),
    'form[specification]': chosen('specification'),
    'form[image]': chosen('image'),
  };
}

/** A table of Markdown. Its first column is aligned to the left, the others to the right. */
export function table(titles, rows) {
  const lines = [titles, ...rows.map((row) => row.map(String))];
  const widths = titles.map((_, place) => Math.max(3, ...lines.map((line) => line[place].length)));
  const line = (cells) => `| ${cells.map((cell, place) => (place ? cell.padStart(widths[place]) : cell.padEnd(widths[place]))).join(' | ')} |`;
  const rule = `|${widths.map((width, place) => '-'.repeat(width + 1) + (place ? ':' : '-')).join('|')}|`;
  return [line(lines[0]), rule, ...lines.slice(1).map(line)].join('\n');
}
