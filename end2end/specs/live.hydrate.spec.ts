// What somebody else does shows on open pages without a reload, and leaves alone what a person is in the middle of.
import { expect, fillSignIn, hydrated, signIn, test, type Page } from '../support/fixtures.ts';
import {
  action, bell, confirm, decide, fact, forgetSession, hostFormPresets, openDialog, openTab, openTicket, post, requestHost, row, seen,
} from '../support/pages.ts';
import { Server } from '../support/server.ts';

// Several people sign in before anything happens.
test.describe.configure({ timeout: 60_000 });

/** A mark that a full reload would wipe away. */
const mark = (page: Page) => page.evaluate(() => void ((window as { mark?: number }).mark = 1));
async function expectNoReload(...pages: Page[]) {
  for (const page of pages) expect(await page.evaluate(() => (window as { mark?: number }).mark), page.url()).toBe(1);
}

/** The number that the bell shows now. */
async function badge(page: Page): Promise<number> {
  await expect(bell(page)).toBeVisible();
  const badge = page.getByRole('banner').getByText(/^\d+ open$/);
  return (await badge.count()) === 0 ? 0 : Number.parseInt(await badge.innerText());
}
const expectBadge = (page: Page, count: number) =>
  expect(bell(page)).toHaveAccessibleDescription(count === 0 ? '' : `${count} open`);

const pass = async (page: Page, number: number, version: number) =>
  post(page, 'pass', { number, version, seen: await seen(page, number), note: '', back: '' });

test('a Pass changes the bell, the list and the open ticket of everybody it concerns', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const [owner, coowner, sysadmin] = [await as('owner'), await as('coowner'), await as('sysadmin')];
  await openTab(owner, 'pending');
  await openTab(sysadmin, 'pending');
  const before = { owner: await badge(owner), coowner: await badge(coowner), sysadmin: await badge(sysadmin) };
  for (const page of [owner, coowner, sysadmin]) await mark(page);

  const number = await requestHost(member, { name: 'live' });
  await openTicket(member, number);
  await mark(member);
  await expect(row(owner, number), 'it comes to those who may decide').toHaveCount(1);
  await expectBadge(owner, before.owner + 1);
  await expectBadge(coowner, before.coowner + 1);
  await expectBadge(sysadmin, before.sysadmin);
  await expect(row(sysadmin, number)).toHaveCount(0);

  await decide(coowner, number, 'Pass');
  await expect(row(owner, number), 'somebody else decided').toHaveCount(0);
  await expectBadge(owner, before.owner);
  await expect(fact(member, 'Stage')).toHaveText('System Administrator Approval 2/2');
  await expect(row(sysadmin, number)).toHaveCount(1);
  await expectBadge(sysadmin, before.sysadmin + 1);

  await member.bringToFront();
  const mine = await badge(member);
  await decide(sysadmin, number, 'Pass');
  await expect(fact(member, 'Execution Result'), 'jobs show as well').toHaveText('Succeeded');
  await expect(fact(member, 'Status')).toHaveText('Completed');
  await expectBadge(member, mine - 1);
  await expectNoReload(member, owner);
});

test('a host comes up on the open list', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const viewer = await as('viewer');
  await viewer.goto('/hosts');
  await mark(viewer);
  const number = await requestHost(member, { name: 'comes-up' });
  const owner = await as('owner');
  await pass(owner, number, 1);
  await pass(await as('deputy'), number, 2);
  await expect(row(viewer, 'comes-up')).toContainText('Running');
  await expectNoReload(viewer);
});

test('what is typed and open stays; the bell changes at once, the page when one is through', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const first = await requestHost(member, { name: 'typing-1' });
  const second = await requestHost(member, { name: 'typing-2' });
  const third = await requestHost(member, { name: 'typing-3' });
  const [owner, coowner] = [await as('owner'), await as('coowner')];

  const dialog = await openDialog(coowner, first, 'Pass');
  await mark(coowner);
  const note = dialog.getByLabel('Note', { exact: true });
  await note.pressSequentially('Half a sen');
  const before = await badge(coowner);
  await pass(owner, second, 1);
  await expectBadge(coowner, before - 1);
  await expect(note).toBeFocused();
  await expect(note).toHaveValue('Half a sen');
  await note.pressSequentially('tence');
  await expect(row(coowner, second), 'the page behind waits').toHaveCount(1);
  await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(row(coowner, second)).toHaveCount(0);
  await expect(row(coowner, first)).toHaveCount(1);

  // A filter that was typed and left, but not applied.
  const filter = coowner.getByLabel('Resource name', { exact: true });
  if (!(await filter.isVisible())) await coowner.getByRole('button', { name: 'Filters', exact: true }).click();
  await filter.fill('not applied');
  await filter.blur();
  await coowner.keyboard.press('Escape');
  await pass(owner, third, 1);
  await expectBadge(coowner, before - 2);
  await expect(filter).toHaveValue('not applied');
  await expect(row(coowner, third), 'the page waits').toHaveCount(1);
  const behind = coowner.getByText('This page has changed elsewhere. Reload to see it', { exact: true });
  await expect(behind, 'and says so').toBeVisible();
  await filter.evaluate((input: HTMLInputElement) => (input.value = ''));
  await expect(row(coowner, third)).toHaveCount(0);
  await expect(behind).toBeHidden();
  await expectNoReload(coowner);

  // Or the person reloads the page.
  await filter.evaluate((input: HTMLInputElement) => (input.value = 'once more'));
  const fourth = await requestHost(member, { name: 'typing-4' });
  await behind.getByRole('link', { name: 'Reload to see it', exact: true }).click();
  await expect(row(coowner, fourth)).toHaveCount(1);
  await expect(behind).toBeHidden();
});

test('an open menu stays open and keeps its focus while its counts change', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const owner = await as('owner');
  await owner.goto('/hosts');
  const before = await badge(owner);
  await bell(owner).click();
  const section = owner.getByRole('list', { name: 'Workflows', exact: true });
  const pending = section.getByRole('link', { name: 'Pending', exact: true });
  await pending.focus();
  const item = section.getByRole('listitem').filter({ has: owner.getByRole('link', { name: 'Pending', exact: true }) });
  const count = Number((await item.innerText()).replace('Pending', '').trim());
  await requestHost(member, { name: 'menu' });
  await expect(item).toContainText(String(count + 1));
  await expectBadge(owner, before + 1);
  await expect(pending).toBeFocused();
  await expect(section).toBeVisible();
});

test('after the server was away the page comes back by itself and catches up', async ({ page: member, as, server, allow }) => {
  // Requests that the browsers had open when the server went.
  allow(/net::ERR_/);
  await signIn(member, 'member');
  const presets = await hostFormPresets(member);
  const owner = await as('owner');
  await openTab(owner, 'pending');
  await mark(owner);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const before = await badge(owner);
    await server.restart(signal);
    const name = `after-${signal.toLowerCase()}`;
    expect(JSON.stringify(await post(member, 'create-host', { ...presets, 'form[name]': name }))).toContain('"done"');
    await expect(owner.getByRole('row').filter({ hasText: name })).toHaveCount(1);
    await expectBadge(owner, before + 1);
  }
  await expectNoReload(owner);
});

test('the tabs of a browser share one connection, and the next takes over', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const one = await as('owner');
  const streams: string[] = [];
  one.context().on('request', (request) => {
    if (new URL(request.url()).pathname === '/events') streams.push(request.url());
  });
  await openTab(one, 'pending');
  await one.waitForLoadState('networkidle');
  // Streams of the pages before this one count, too.
  const opened = streams.length;
  expect(opened).toBeGreaterThan(0);
  const two = await one.context().newPage();
  await openTab(two, 'pending');
  const three = await one.context().newPage();
  await openTab(three, 'mine');
  const first = await requestHost(member, { name: 'tabs-1' });
  await expect(row(one, first)).toHaveCount(1);
  await expect(row(two, first)).toHaveCount(1);
  await expectBadge(three, await badge(one));
  expect(streams, 'one connection for three tabs').toHaveLength(opened);
  await one.close();
  await expect.poll(() => streams.length).toBe(opened + 1);
  const second = await requestHost(member, { name: 'tabs-2' });
  await expect(row(two, second)).toHaveCount(1);
  await expectBadge(three, await badge(two));
  expect(streams).toHaveLength(opened + 1);
});

test('signing out in one tab signs out the others', async ({ as }) => {
  const one = await as('helpdesk');
  const two = await one.context().newPage();
  await two.goto('/hosts');
  await one.getByRole('banner').getByRole('button', { name: 'helpdesk' }).click();
  await one.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(two).toHaveURL(/\/login\?next=/);
  // Signed in again in this tab, without a reload, the page is live once more.
  await fillSignIn(two, 'owner');
  await expect(bell(two)).toBeVisible();
  const before = await badge(two);
  const member = await as('member');
  await requestHost(member, { name: 'signed-in-again' });
  await expectBadge(two, before + 1);
});

test('who waits for a project moves on when one comes', async ({ page: admin, as }) => {
  await signIn(admin, 'sysadmin');
  const newcomer = await as('newcomer');
  await expect(newcomer).toHaveURL(/\/no-project/);
  await mark(newcomer);
  await admin.goto('/directory/users?search=newcomer');
  await action(row(admin, 'newcomer'), 'newcomer').click();
  await expect(admin).toHaveURL(/\/directory\/users\/.+/);
  await action(admin.getByRole('main'), 'Assign').first().click();
  const dialog = admin.getByRole('dialog');
  await dialog.getByLabel('Project', { exact: true }).selectOption({ label: 'web (Default)' });
  await dialog.getByLabel('Role', { exact: true }).selectOption({ label: 'member' });
  await confirm(admin, dialog);
  await expect(newcomer).toHaveURL(/\/hosts/);
  await expectNoReload(newcomer);
  await expect(bell(newcomer)).toBeVisible();
});

test('a server that is asked without a session says so', async ({ page }) => {
  await signIn(page, 'viewer');
  await forgetSession(page);
  const answer = await page.request.get('/events');
  expect(await answer.text()).toContain('data: signed-out');
});

// Two server processes are only possible on Postgres; scripts/test runs this file on both databases.
if (process.env.E2E_DATABASE === 'postgres') {
  test('a Pass at one server changes the pages of another, also after the database connections were cut', async ({ browser, server, as, allow }) => {
    allow(/net::ERR_/);
    const other = await Server.beside(server);
    try {
      const context = await browser.newContext({ baseURL: other.url });
      const owner = await context.newPage();
      await signIn(owner, 'owner');
      await openTab(owner, 'pending');
      await hydrated(owner);
      await mark(owner);
      const [member, coowner] = [await as('member'), await as('coowner')];
      for (const name of ['across', 'after-the-cut']) {
        const before = await badge(owner);
        const number = await requestHost(member, { name });
        await expect(row(owner, number)).toHaveCount(1);
        await expectBadge(owner, before + 1);
        await openTicket(member, number);
        await pass(coowner, number, 1);
        await expect(row(owner, number)).toHaveCount(0);
        await expectBadge(owner, before);
        await expect(fact(member, 'Stage')).toHaveText('System Administrator Approval 2/2');
        if (name === 'across') server.cutDatabaseConnections();
      }
      await expectNoReload(owner);
      await context.close();
    } finally {
      await other.stop();
    }
  });
}
