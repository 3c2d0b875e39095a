// Fills a database, serves it with the release build, asks for its pages and makes changes over kept-alive connections.
// Prints a table for each size of the database, then which targets were met. Run by scripts/bench. It only ever talks
// to servers that it started on the loopback address.
import { cpus, totalmem } from 'node:os';
import { measure } from './measure.mjs';
import { floor, pages } from './pages.mjs';
import { judge, print } from './report.mjs';
import { Server, settings } from './server.mjs';
import { openStreams } from './streams.mjs';
import { writes } from './writes.mjs';

const { sizes, connections, seconds, postgres, streams } = settings;
const at = connections[Math.min(1, connections.length - 1)];

console.log(`${new Date().toISOString().slice(0, 16)}Z, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${postgres ? 'PostgreSQL' : 'SQLite'}; `
  + 'server, database and load generator share the machine');
const runs = [];
for (const tickets of sizes) runs.push(await run(tickets));
judge(runs);

async function run(tickets) {
  const server = await Server.seeded(tickets);
  try {
    const began = server.memory();
    const users = new Set([...floor, ...pages(tickets)].map((page) => page.user).filter(Boolean));
    for (const user of users) await server.signIn(user);
    const places = await server.places();
    const rows = [];
    for (const page of [...floor, ...pages(tickets)]) {
      const path = Object.entries(places).reduce((path, [word, value]) => path.replace(word, value), page.path);
      const loads = page.everyLoad ? connections : [at];
      for (const count of loads) rows.push({ ...page, connections: count, ...(await measure(server, path, page.user, count, seconds)) });
    }
    const alone = server.memory();
    print(`${tickets.toLocaleString('en')} tickets, written in ${server.written.toFixed(0)} s; pages`, rows);

    const open = await openStreams(server, 'owner', streams);
    const beside = [];
    for (const page of [...floor, ...pages(tickets)].filter((page) => page.beside)) {
      const path = Object.entries(places).reduce((path, [word, value]) => path.replace(word, value), page.path);
      beside.push({ ...page, connections: at, ...(await measure(server, path, page.user, at, seconds)) });
    }
    print(`beside ${open.count} open event streams`, beside);
    const heard = await open.timeOneEvent();
    const loaded = server.memory();
    open.close();
    console.log(`an event reached all ${open.count} streams in ${heard.toFixed(0)} ms; the server's memory: ${began} MiB at first, `
      + `${alone} MiB after the pages, ${loaded} MiB with the streams\n`);

    const changes = await writes(server, connections, seconds);
    print('changes', changes);
    return { tickets, rows, changes, memory: Math.max(alone, loaded), heard, streams: open.count, at };
  } finally {
    await server.stop();
  }
}
