// Prints tables, and the targets: met or missed, and by how much.
const SLOWER = 1.2;
const OF_SIGN_IN = 1 / 8;
const MEMORY = 150;
const QUERIES = 4;
const OF_COMMITS = 1 / 2;

/**
 * Prints one table. Each row's rate is compared with the rates of healthz, of the sign-in page and of bare commits at
 * the same number of connections, as far as the table has them.
 */
export function print(title, rows) {
  const of = (name, row) => {
    const base = rows.find((other) => other.name === name && other.connections === row.connections);
    return base ? (row.rate / base.rate).toFixed(3) : '';
  };
  const number = (value, digits) => (value === undefined ? '' : value.toFixed(digits));
  const titles = ['', 'at once', 'a second', 'p50 ms', 'p95 ms', 'p99 ms', 'bytes', 'queries', 'of healthz', 'of sign-in', 'of commits'];
  const lines = rows.map((row) => [
    row.name, String(row.connections), number(row.rate, 0), number(row.p50, 1), number(row.p95, 1), number(row.p99, 1),
    row.bytes === undefined ? '' : String(row.bytes), row.queries === undefined ? '' : String(row.queries),
    of('healthz', row), of('sign-in page', row), of('bare commits', row),
  ]);
  const used = titles.map((_, i) => i === 0 || lines.some((line) => line[i] !== ''));
  const cells = [titles, ...lines].map((line) => line.filter((_, i) => used[i]));
  const widths = cells[0].map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  console.log(title);
  for (const line of cells) {
    console.log(line.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  '));
  }
  console.log('');
}

export function judge(runs) {
  const largest = runs.at(-1);
  const at = (run, row) => row.connections === run.at;
  const say = (target, misses, detail) => console.log(`${misses.length === 0 ? 'met   ' : 'missed'}  ${target}${detail ? `: ${detail}` : ''}${misses.length ? `: ${misses.join('; ')}` : ''}`);

  const pages = largest.rows.filter((row) => at(largest, row));
  say(`at most ${QUERIES} queries a page`, pages.filter((row) => row.queries > QUERIES).map((row) => `${row.name} ${row.queries}`));

  const login = pages.find((row) => row.name === 'sign-in page').rate;
  const shares = pages.filter((row) => row.list).map((row) => ({ name: row.name, share: row.rate / login }));
  say('a list at least 1/8 of the sign-in page', shares.filter(({ share }) => share < OF_SIGN_IN).map(({ name, share }) => `${name} 1/${(1 / share).toFixed(1)}`));

  if (runs.length > 1) {
    const [smallest] = runs;
    const small = (name) => smallest.rows.find((row) => row.name === name && at(smallest, row)).rate;
    // How much slower the machine itself became, by the sign-in page, which reads nothing from the database.
    const machine = small('sign-in page') / login;
    const slower = pages.filter((row) => row.user).map((row) => {
      const bare = small(row.name) / row.rate;
      return { name: row.name, bare, ratio: bare / machine };
    });
    console.log(`time of a page at ${largest.tickets.toLocaleString('en')} tickets, against ${smallest.tickets.toLocaleString('en')}, in that of the sign-in page (bare):`);
    for (const { name, bare, ratio } of slower) console.log(`  ${name}  ${ratio.toFixed(2)} (${bare.toFixed(2)})`);
    say(`at most ${SLOWER} times`, slower.filter(({ ratio }) => ratio > SLOWER).map(({ name, ratio }) => `${name} ${ratio.toFixed(2)}`));
  }
  say(`at most ${MEMORY} MiB of memory`, runs.filter((run) => run.memory > MEMORY).map((run) => `${run.memory} MiB at ${run.tickets}`), runs.map((run) => `${run.memory} MiB`).join(', '));

  const rate = (name, connections) => largest.changes.find((row) => row.name === name && row.connections === connections).rate;
  const decided = [...new Set(largest.changes.map((row) => row.connections))].map((connections) => ({ connections, share: rate('Pass', connections) / rate('bare commits', connections) }));
  say('decide at least half of the bare commits', decided.filter(({ share }) => share < OF_COMMITS).map(({ connections, share }) => `${share.toFixed(2)} at ${connections}`),
    decided.map(({ connections, share }) => `${share.toFixed(2)} at ${connections}`).join(', '));
}
