// Measures changes (deciding tickets, answering in threads) beside the bare commits that the database makes.
import { Agent, request } from 'node:http';
import { summary } from './measure.mjs';

/** How many tickets are decided at each number of connections, at most. */
const DECIDED = 120;
/** How many replies are written at each number of connections. */
const ANSWERED = 200;

export async function writes(server, loads, seconds) {
  const rows = [];
  let left = await waiting(server, 'owner');
  const threads = (await server.numbers('/tickets/support/mine?status=submitted', 'member')).slice(0, 50);
  for (const connections of loads) {
    const rate = Number(server.command(['seed', '--commits', String(seconds), '--at-once', String(connections)]));
    rows.push({ name: 'bare commits', connections, rate });
    const shown = [];
    for (const number of left.slice(0, DECIDED)) shown.push(await decision(server, 'owner', number));
    left = left.slice(DECIDED);
    rows.push({ name: 'Pass', connections, ...(await spread(connections, shown, (one) => pass(server, 'owner', one))) });
    const answers = Array.from({ length: ANSWERED }, (_, i) => threads[i % threads.length]);
    rows.push({ name: 'Reply', connections, ...(await spread(connections, answers, (number) => answer(server, 'member', number))) });
  }
  return rows;
}

/** The numbers of the tickets that wait for the user's decision. */
export async function waiting(server, user) {
  const file = await server.text('/tickets/workflow/export?tab=pending&resource=bench-', user);
  return file.split('\r\n').slice(1).map((line) => Number(line.split(',')[0])).filter(Boolean);
}

export async function decide(server, user, number) {
  await pass(server, user, await decision(server, user, number));
}

/** The version and the state that the dialog shows, which the decision has to name. */
async function decision(server, user, number) {
  const page = await server.text(`/tickets/workflow/pending?dialog=pass&ticket=${number}`, user);
  const named = (name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1];
  const [version, seen] = [named('version'), named('seen')];
  if (!version || !seen) throw new Error(`the dialog about ${number} names no version or nothing that was seen`);
  return { number, version, seen };
}

async function pass(server, user, { number, version, seen }) {
  done(await post(server, user, 'pass', { number, version, seen, note: '', back: '/' }), `Pass of ${number}`);
}

async function answer(server, user, number) {
  done(await post(server, user, 'reply-support-ticket', { number, body: 'It happened again, **twice**.' }), `a reply in ${number}`);
}

function done(reply, what) {
  if (!JSON.parse(reply).done) throw new Error(`${what}: ${reply}`);
}

/** Does `work` with each of `all`, with `connections` at once, and summarises the times. */
async function spread(connections, all, work) {
  const times = [];
  const queue = [...all];
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, async () => {
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
      const before = performance.now();
      await work(one);
      times.push(performance.now() - before);
    }
  }));
  return summary(times, (performance.now() - began) / 1000);
}

const agent = new Agent({ keepAlive: true });

/** Calls a server function as the browser half does. */
function post(server, user, endpoint, fields) {
  const body = new URLSearchParams(fields).toString();
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    origin: server.url,
    ...server.cookie(user),
  };
  return new Promise((answered, failed) => {
    const asked = request(`${server.url}/api/${endpoint}`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => { text += part; });
      response.on('end', () => (response.statusCode === 200 ? answered(text) : failed(new Error(`${endpoint}: ${response.statusCode} ${text}`))));
    });
    asked.on('error', failed);
    asked.end(body);
  });
}
