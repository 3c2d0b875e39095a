// One page under load, over kept-alive connections.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './server.mjs';

const autocannon = createRequire(join(root, 'end2end/package.json'))('autocannon');

/**
 * Measures one page: how often it answers within `seconds`, and how fast. 20 requests come first, to warm it up and to
 * tell how many SQL statements the page takes.
 */
export async function measure(server, path, user, connections, seconds) {
  // The headers that a browser sends.
  const headers = { accept: 'text/html', 'accept-encoding': 'gzip, deflate, br', ...server.cookie(user) };
  let queries;
  for (let i = 0; i < 20; i++) {
    const response = await fetch(server.url + path, { headers, redirect: 'manual' });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${path}: status ${response.status}`);
    const count = Number(response.headers.get('x-countersign-queries'));
    // The smallest count: jobs that run meanwhile can add statements of their own.
    queries = Math.min(queries ?? count, count);
  }
  const times = [];
  const load = autocannon({ url: server.url + path, headers, connections, duration: seconds });
  let bytes = 0;
  load.on('response', (_client, _status, size, time) => {
    bytes = size;
    times.push(time);
  });
  const result = await load;
  if (result.non2xx || result.errors || result.timeouts) {
    throw new Error(`${path}: ${result.non2xx} answers of another status, ${result.errors} errors, ${result.timeouts} time-outs`);
  }
  return { ...summary(times, result.duration), bytes, queries };
}

/** Rate per second and percentiles of `times` (ms), which took `duration` seconds in all. */
export function summary(times, duration) {
  times.sort((a, b) => a - b);
  const percentile = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { rate: times.length / duration, p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) };
}
