// What every spec imports instead of @playwright/test: a server per file, people who sign in, and a watch on the browser.
import { test as base, expect, type BrowserContext, type Page, type Request } from '@playwright/test';
import type axeCore from 'axe-core';
import type { RunOptions } from 'axe-core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Server, ServerOfFile } from './server.ts';

export { expect, type Page, type Request };

type Options = {
  /** Flags after `countersign serve`. A describe block with other settings gets another server. */
  serverArgs: string[];
  /** Settings by environment, `COUNTERSIGN_…`. */
  serverEnv: Record<string, string>;
  /** Off for tests of what happens between a page's arrival and its hydration. */
  holdUntilHydrated: boolean;
};

type Fixtures = {
  server: Server;
  /** Lets the test see errors it asks for: a response's status, or a pattern for the line the failure would show. */
  allow: (...expected: (number | RegExp)[]) => void;
  /** A page of another person, signed in, in a browser session of their own. */
  as: (user: string) => Promise<Page>;
  watch: Watch;
};

export const test = base.extend<Options & Fixtures, { servers: ServerOfFile }>({
  serverArgs: [['--demo'], { option: true }],
  serverEnv: [{}, { option: true }],
  holdUntilHydrated: [true, { option: true }],

  servers: [
    async ({}, use) => {
      const servers = new ServerOfFile();
      await use(servers);
      await servers.stop();
    },
    { scope: 'worker' },
  ],
  server: async ({ servers, serverArgs, serverEnv }, use, { file }) => {
    await use(await servers.get(file, { args: serverArgs, env: serverEnv }));
  },
  baseURL: async ({ server }, use) => {
    await use(server.url);
  },

  watch: [
    async ({}, use) => {
      const watch = new Watch();
      await use(watch);
      expect(watch.unexpected(), 'errors in the browser').toEqual([]);
    },
    { auto: true },
  ],
  allow: async ({ watch }, use) => {
    await use((...expected) => watch.allowed.push(...expected));
  },
  context: async ({ context, watch, holdUntilHydrated }, use) => {
    await prepare(context, watch, holdUntilHydrated);
    await use(context);
  },
  as: async ({ browser, baseURL, javaScriptEnabled, watch, holdUntilHydrated }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (user) => {
      const context = await browser.newContext({ baseURL, javaScriptEnabled });
      contexts.push(context);
      await prepare(context, watch, holdUntilHydrated);
      const page = await context.newPage();
      await signIn(page, user);
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

/** Everything the browser complained about. */
class Watch {
  readonly allowed: (number | RegExp)[] = [];
  private readonly seen: string[] = [];

  on(context: BrowserContext) {
    context.on('console', (message) => {
      // A failed load is reported below, with its status.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
      this.seen.push(`console error: ${message.text()} (at ${message.location().url})`);
    });
    context.on('weberror', (error) => this.seen.push(`page error: ${error.error().stack ?? error.error().message}`));
    context.on('response', (response) => {
      if (response.status() >= 400) this.seen.push(`status ${response.status()}: ${response.request().method()} ${response.url()}`);
    });
    context.on('requestfailed', (request) => {
      // How Chromium reports a script that it was told not to run.
      if (!scripts() && request.resourceType() === 'script') return;
      // Aborted is what the browser itself gives up: streams and fetches of a page that is left, downloads.
      const reason = request.failure()?.errorText;
      if (reason !== 'net::ERR_ABORTED') this.seen.push(`request failed, ${reason}: ${request.method()} ${request.url()}`);
    });
  }

  unexpected(): string[] {
    const expected = (line: string) =>
      this.allowed.some((allowed) => (typeof allowed === 'number' ? line.startsWith(`status ${allowed}:`) : allowed.test(line)));
    return this.seen.filter((line) => !expected(line));
  }
}

async function prepare(context: BrowserContext, watch: Watch, holdUntilHydrated: boolean) {
  watch.on(context);
  if (!holdUntilHydrated || !scripts()) return;
  // Playwright clicks only what would receive the click, so this makes it wait for hydration, after any navigation.
  await context.addInitScript(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('html:has(script[type=module]):not([data-hydrated]) body { pointer-events: none !important }');
    document.adoptedStyleSheets.push(sheet);
  });
  // Typing isn't held up by that: navigation by address waits as well.
  context.on('page', (page) => {
    for (const name of ['goto', 'reload', 'goBack', 'goForward'] as const) {
      const original = page[name].bind(page) as (...args: unknown[]) => Promise<never>;
      page[name] = async (...args: unknown[]) => {
        const response = await original(...args);
        await hydrated(page);
        return response;
      };
    }
  });
}

/** Whether this run has scripts. */
export const scripts = () => test.info().project.use.javaScriptEnabled !== false;

/** Waits until the page is hydrated, if it is one that will be. */
export async function hydrated(page: Page) {
  if (!scripts() || (await page.locator('script[type=module]').count()) === 0) return;
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}

/** Fills in the sign-in page, which is open, and asks to be let in; wherever that leads. */
export async function fillSignIn(page: Page, user: string, password = 'countersign') {
  await page.getByLabel('Username', { exact: true }).fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/**
 * Signs a demo user in and opens the first page of their view. Without the sign-in page, which the story and session.spec
 * go by: for each person of each spec it would be woken up only to be left.
 */
export async function signIn(page: Page, user: string, password = 'countersign') {
  const answer = await page.request.post('/api/sign-in', { form: { username: user, password }, maxRedirects: 0 });
  const first = new URL(answer.headers().location ?? '/login', answer.url()).pathname;
  expect(first, `${user} is let in`).not.toBe('/login');
  await page.goto(first);
  await hydrated(page);
}

/** No violation of WCAG 2.2 AA that axe can find, light and dark. Does nothing in the no-scripts project: axe is a script. */
export async function axe(page: Page) {
  if (!scripts()) return;
  const check = async (colorScheme: 'light' | 'dark', runOnly: RunOptions['runOnly']) => {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page, runOnly), `axe on ${page.url()}, ${colorScheme}`).toEqual([]);
  };
  await check('light', { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
  // The page is the one just looked at, in other colours: these are the rules that look at colours.
  await check('dark', { type: 'rule', values: ['color-contrast', 'link-in-text-block'] });
  await page.emulateMedia({ colorScheme: null });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds by these rules, a line for each element. Axe is put into a document once: it is half a megabyte to read. */
async function violations(page: Page, runOnly: RunOptions['runOnly']): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  return page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as { axe: typeof axeCore };
    // Without describing all that is right.
    const { violations } = await axe.run({ runOnly, resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}`));
  }, runOnly);
}

/** Nothing sticks out sideways on a phone. */
export async function fitsPhone(page: Page) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, `width of ${page.url()} on a phone`).toBeLessThanOrEqual(390);
  if (before) await page.setViewportSize(before);
}
