// How long it takes from a click to the next paint on a processor that is four times slower than this one's.
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hostForm, serve, signIn, table } from '../../benches/served.mjs';

const { chromium } = createRequire(resolve(import.meta.dirname, '../package.json'))('@playwright/test');
const runs = Number(process.env.RUNS ?? 5);
const slowdown = 4;

/** What is clicked in My Pending, by `owner`. */
const interactions = [
  ['open the Pass dialog', (page) => page.getByRole('main').getByRole('row').getByText('Pass', { exact: true }).first()],
  ['change the tab', (page) => page.getByRole('navigation', { name: 'Workflows' }).getByRole('link', { name: 'I Resolved' })],
  ['open the bell', (page) => page.getByRole('banner').getByRole('button', { name: /^Tickets/ })],
];

const folder = mkdtempSync(join(tmpdir(), 'countersign-interactions-'));
const server = await serve(folder, { COUNTERSIGN_ADDRESS: '127.0.0.1:0', COUNTERSIGN_DATABASE_URL: `sqlite:${folder}/countersign.db` });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  await askForHost();
  const rows = [];
  for (const [name, target] of interactions) {
    const times = [];
    for (let run = 0; run < runs; run++) times.push(await measure(target));
    times.sort((a, b) => a - b);
    rows.push([name, times[Math.floor(runs / 2)], times.at(-1)]);
  }
  console.log(`\n${table(['interaction', 'median ms', 'longest ms'], rows)}`);
  console.log(`\nFrom the click to the next paint, processor slowed down ${slowdown} times, ${runs} runs each. Browsers count in steps of 8 ms.`);
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** So that something waits for `owner`. */
async function askForHost() {
  const cookie = await signIn(server.url, 'member');
  const form = hostForm(await (await fetch(`${server.url}/hosts/new`, { headers: { cookie } })).text());
  const body = new URLSearchParams({ ...form, 'form[name]': 'measured' });
  const answer = await fetch(`${server.url}/api/create-host`, { method: 'POST', headers: { cookie, origin: server.url }, body });
  if (!answer.ok) throw new Error(`create-host: status ${answer.status}`);
}

async function measure(target) {
  const context = await browser.newContext({ baseURL: server.url });
  try {
    const page = await context.newPage();
    await page.goto('/login');
    await page.getByLabel('Username', { exact: true }).fill('owner');
    await page.getByLabel('Password', { exact: true }).fill('countersign');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL((url) => url.pathname !== '/login');
    await page.goto('/tickets/workflow/pending');
    await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
    await page.evaluate(() => {
      window.longest = 0;
      new PerformanceObserver((list) => {
        for (const { interactionId, duration } of list.getEntries()) if (interactionId) window.longest = Math.max(window.longest, duration);
      }).observe({ type: 'event', durationThreshold: 16 });
    });
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await target(page).click({ timeout: 5000 });
    // Two frames after the answer, whatever came of it, its event has been reported.
    await page.waitForTimeout(1500);
    return await page.evaluate(() => window.longest);
  } finally {
    await context.close();
  }
}
