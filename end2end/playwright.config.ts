import { defineConfig } from '@playwright/test';

// Debian's Chromium without what would reach for the network or for a display.
const chromium = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    // Wasm as it is first compiled: to compile it once more for speed takes longer than any spec's page lives.
    '--js-flags=--liftoff-only',
  ],
};

export default defineConfig({
  testDir: 'specs',
  outputDir: '../target/e2e',
  workers: 2,
  retries: 0,
  forbidOnly: !!process.env.CI,
  // A guard against what hangs, not a measure: the longest need half of it on two busy cores.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['./support/count.ts']],
  use: {
    launchOptions: chromium,
    // Recording costs every spec a good part of its time: E2E_TRACE=1 when one is looked into.
    trace: process.env.E2E_TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    // Far from the server's zone and off by half an hour: a time rendered in the wrong zone shows.
    timezoneId: 'Asia/Kolkata',
    locale: 'en-GB',
    contextOptions: { reducedMotion: 'reduce' },
  },
  // Every spec runs twice; what is about hydration itself is named *.hydrate.spec.ts and needs scripts, and a power cut is one
  // whatever the pages do.
  projects: [
    { name: 'scripts', use: { javaScriptEnabled: true } },
    { name: 'no-scripts', use: { javaScriptEnabled: false }, testIgnore: /(\.hydrate|kill)\.spec\.ts$/ },
  ],
});
