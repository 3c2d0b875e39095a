// Lighthouse on the pages that people look at most: medians of several runs, on a desk and on a phone, and what is amiss.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as chromeLauncher from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';
import { serve, signIn, table } from '../../benches/served.mjs';
import { pages } from './pages.mjs';

const runs = Number(process.env.RUNS ?? 5);
const categories = ['performance', 'accessibility', 'best-practices'];
const timings = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index'];
const forms = [['desk', desktopConfig], ['phone', undefined]];

const folder = mkdtempSync(join(tmpdir(), 'countersign-lighthouse-'));
const server = await serve(folder, { COUNTERSIGN_ADDRESS: '127.0.0.1:0', COUNTERSIGN_DATABASE_URL: `sqlite:${folder}/countersign.db` });
const chrome = await chromeLauncher.launch({
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const rows = [];
  const amiss = new Map();
  for (const { name, path, who } of await pages(server.url)) {
    const Cookie = await signIn(server.url, who);
    for (const [form, config] of forms) {
      const reports = [];
      for (let run = 0; run < runs; run++) {
        const flags = { port: chrome.port, output: 'json', logLevel: 'error', onlyCategories: categories, extraHeaders: { Cookie } };
        let { lhr } = await lighthouse(server.url + path, flags, config);
        // Now and then the browser loses a trace; that says nothing of the page.
        if (lhr.runtimeError) ({ lhr } = await lighthouse(server.url + path, flags, config));
        if (lhr.runtimeError) throw new Error(`${path}: ${lhr.runtimeError.message}`);
        if (new URL(lhr.finalDisplayedUrl).pathname !== path) throw new Error(`${path} led to ${lhr.finalDisplayedUrl}`);
        reports.push(lhr);
      }
      rows.push([`${name}, ${form}`,
        ...categories.map((category) => Math.round(100 * median(reports.map((report) => report.categories[category].score)))),
        ...timings.map((timing) => shown(timing, median(reports.map((report) => report.audits[timing].numericValue))))]);
      for (const report of reports) note(amiss, `${name}, ${form}`, report);
    }
  }
  console.log(table(['page', ...categories, 'FCP ms', 'LCP ms', 'TBT ms', 'CLS', 'speed index ms'], rows));
  console.log(`\nMedians of ${runs} runs. What scored below 0.9 somewhere:\n`);
  for (const [what, where] of amiss) console.log(`- ${what}: ${[...where].join('; ')}`);
} finally {
  chrome.kill();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Every audit of a category that isn't as good as it could be. */
function note(amiss, where, report) {
  for (const category of categories) {
    for (const { id } of report.categories[category].auditRefs) {
      const { score, title, displayValue } = report.audits[id];
      if (score === null || score >= 0.9) continue;
      const what = `${category}: ${title}`;
      if (!amiss.has(what)) amiss.set(what, new Set());
      const known = [...amiss.get(what)].some((one) => one.startsWith(where));
      if (!known) amiss.get(what).add(displayValue ? `${where} (${displayValue})` : where);
    }
  }
}

function shown(timing, value) {
  return timing === 'cumulative-layout-shift' ? value.toFixed(3) : Math.round(value);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
