// Opens event streams, as open pages would hold them, and measures how long one event takes to reach them all.
import { request } from 'node:http';
import { decide, waiting } from './writes.mjs';

const LONGEST = 10_000;

export async function openStreams(server, user, count) {
  const streams = [];
  let onMessage = () => {};
  const open = () => new Promise((opened, failed) => {
    const asked = request(`${server.url}/events`, { agent: false, headers: server.cookie(user) }, (response) => {
      if (response.statusCode !== 200) failed(new Error(`/events: status ${response.statusCode}`));
      response.setEncoding('utf8');
      response.on('error', () => {}); // It is closed from this side.
      response.on('data', (text) => onMessage(text, asked));
      opened();
    });
    asked.on('error', failed);
    asked.end();
    streams.push(asked);
  });
  for (let i = 0; i < count; i += 100) {
    await Promise.all(Array.from({ length: Math.min(100, count - i) }, open));
  }
  return {
    count,

    /** Milliseconds from opening a decision's dialog until the last stream has told of it: the median of five. */
    async timeOneEvent() {
      const times = [];
      for (const number of (await waiting(server, user)).slice(0, 5)) times.push(await timed(number));
      return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
    },

    close() {
      for (const stream of streams) stream.destroy();
    },
  };

  async function timed(number) {
    const left = new Set(streams);
    const heard = new Promise((all, failed) => {
      const late = setTimeout(() => failed(new Error(`${left.size} streams heard nothing of ticket ${number}`)), LONGEST);
      onMessage = (text, stream) => {
        if (!text.includes(`ticket/${number}`)) return;
        left.delete(stream);
        if (left.size > 0) return;
        clearTimeout(late);
        all(performance.now());
      };
    });
    const began = performance.now();
    await decide(server, user, number);
    return (await heard) - began;
  }
}
