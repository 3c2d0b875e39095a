// What scripts add, and the moment before they are there.
import { expect, hydrated, signIn, test, type Page, type Request } from '../support/fixtures.ts';
import { action, confirm, openDialog, requestHost, row, rowAction } from '../support/pages.ts';
import { configureDialog, link, linkField, openSetup } from '../support/setup.ts';

/** A mark that a full reload would wipe away. */
const mark = (page: Page) => page.evaluate(() => void ((window as { mark?: number }).mark = 1));
const marked = (page: Page) => page.evaluate(() => (window as { mark?: number }).mark === 1);

test('nothing reloads the page on the way through the story', async ({ page: member, as }) => {
  await signIn(member, 'member');
  await member.goto('/hosts');
  await mark(member);
  await action(member.getByRole('main'), 'Create').first().click();
  await expect(member.getByLabel('Name', { exact: true }), 'as where the browser loads the page').toBeFocused();
  await member.getByLabel('Name', { exact: true }).fill('smooth');
  await member.getByRole('button', { name: 'Submit Ticket', exact: true }).click();
  await expect(row(member, 'smooth')).toHaveCount(1);
  expect(await marked(member), 'asking').toBe(true);
  const number = Number(await row(member, 'smooth').getByRole('link', { name: /^\d+$/ }).textContent());
  await row(member, number).getByRole('link', { name: String(number), exact: true }).click();
  await expect(member).toHaveURL(new RegExp(`/tickets/workflow/${number}`));
  await member.goBack();
  await expect(row(member, number)).toHaveCount(1);
  expect(await marked(member), 'looking').toBe(true);

  const owner = await as('owner');
  await owner.goto('/tickets/workflow/pending');
  await mark(owner);
  await rowAction(owner, number, 'Pass');
  await confirm(owner, owner.getByRole('dialog', { name: 'Pass', exact: true }));
  await expect(row(owner, number)).toHaveCount(0);
  expect(await marked(owner), 'deciding').toBe(true);
});

test('the back button closes a dialog', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'back-button' });
  const owner = await as('owner');
  const dialog = await openDialog(owner, number, 'Pass');
  await owner.goBack();
  await expect(dialog).toBeHidden();
  await expect(row(owner, number)).toHaveCount(1);
});

test('a decision is shown only when the server confirmed it, and is sent once', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'slow-server' });
  const owner = await as('owner');
  const dialog = await openDialog(owner, number, 'Pass');
  let sent = 0;
  let answer = () => {};
  const held = new Promise<void>((go) => (answer = go));
  await owner.route('**/api/pass', async (route) => {
    sent++;
    await held;
    await route.continue();
  });
  const ok = dialog.getByRole('button', { name: 'OK', exact: true });
  await ok.dblclick();
  await expect(ok, 'it shows that it is busy').toBeDisabled();
  await dialog.getByLabel('Note', { exact: true }).press('Control+Enter');
  await expect(dialog).toBeVisible();
  await expect(row(owner, number)).toHaveCount(1);
  answer();
  await expect(dialog).toBeHidden();
  await expect(row(owner, number)).toHaveCount(0);
  expect(sent).toBe(1);
});

test('when the server is away the dialog says so and keeps the note', async ({ page: member, as, allow }) => {
  allow(/request failed/);
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'server-away' });
  const owner = await as('owner');
  const dialog = await openDialog(owner, number, 'Reject');
  const note = dialog.getByLabel('Note', { exact: true });
  await note.fill('A long thought.');
  await owner.route('**/api/reject', (route) => route.abort('connectionrefused'));
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(note).toHaveValue('A long thought.');
  await owner.unroute('**/api/reject');
  await confirm(owner, dialog);
  await expect(row(owner, number)).toHaveCount(0);
});

test('an answer that an earlier choice asked for never stands beside the newer choice', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  await rowAction(page, 'Host Application', 'Modify Process');
  const dialog = configureDialog(page);
  let answerFirst = () => {};
  let asked = 0;
  const held = new Promise<void>((go) => (answerFirst = go));
  await page.route('**/api/get-coverage', async (route) => {
    asked++;
    if (asked === 1) await held;
    await route.continue();
  });
  const answered = () => page.waitForResponse('**/api/get-coverage').then((response) => response.finished());
  await linkField(dialog, 2, 'Role').selectOption({ label: 'support' });
  await expect.poll(() => asked, 'the first choice has asked').toBe(1);
  const second = answered();
  await linkField(dialog, 2, 'Approver scope').selectOption({ label: 'Project' });
  await second;
  const gap = 'Nobody could approve here: system (Default).';
  await expect(link(dialog, 2)).toContainText(gap);
  const first = answered();
  answerFirst();
  await first;
  // Two frames: what the late answer would change is on the page by then.
  await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
  await expect(link(dialog, 2)).toContainText(gap);
});

test('the form answers while one types', async ({ page }) => {
  await signIn(page, 'member');
  await page.goto('/hosts/new');
  const quota = page.getByRole('main').getByRole('listitem').filter({ hasText: 'vCPU' }).filter({ hasText: /of 64/ }).first();
  const before = await quota.innerText();
  await page.getByLabel('Quantity', { exact: true }).fill('2');
  await expect(quota).not.toHaveText(before);
});

test.describe('before hydration', () => {
  test.use({ holdUntilHydrated: false });

  test('what is typed early is kept, also in a text area', async ({ page }) => {
    await signIn(page, 'member');
    let go = () => {};
    const held = new Promise<void>((release) => (go = release));
    await page.route('**/*.wasm', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto('/hosts/new', { waitUntil: 'commit' });
    await page.getByLabel('Name', { exact: true }).fill('early');
    await page.getByLabel('Quantity', { exact: true }).fill('2');
    await page.getByLabel('Reason', { exact: true }).fill('Typed before the scripts came.');
    expect(await page.locator('html[data-hydrated]').count(), 'not hydrated yet').toBe(0);
    go();
    await hydrated(page);
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('early');
    await expect(page.getByLabel('Quantity', { exact: true })).toHaveValue('2');
    await expect(page.getByLabel('Reason', { exact: true })).toHaveValue('Typed before the scripts came.');
    await page.getByRole('button', { name: 'Submit Ticket', exact: true }).click();
    await page.waitForURL('**/tickets/workflow/mine*');
    await page.getByRole('row').filter({ hasText: 'early' }).getByRole('link', { name: /^\d+$/ }).click();
    await expect(page.getByRole('main')).toContainText('Typed before the scripts came.');
  });

  test('a form sent early works like one without scripts', async ({ page, allow }) => {
    allow(/Failed to fetch/);
    await signIn(page, 'member');
    await page.route('**/*.wasm', (route) => route.abort('aborted'));
    await page.goto('/hosts/new');
    await page.getByLabel('Name', { exact: true }).fill('impatient');
    await page.getByRole('button', { name: 'Submit Ticket', exact: true }).click();
    await page.waitForURL('**/tickets/workflow/mine*');
    await expect(row(page, 'impatient')).toHaveCount(1);
  });
});

/** The files of code that a visit to a page asks for. */
async function asked(page: Page, path: string) {
  const files: string[] = [];
  const note = (request: Request) => {
    const file = request.url().split('/').at(-1) ?? '';
    if (/\.(wasm|parts)$/.test(file)) files.push(file);
  };
  page.on('request', note);
  await page.goto(path);
  await hydrated(page);
  page.off('request', note);
  return files;
}

test('the code of a page comes in two files', async ({ page }) => {
  await signIn(page, 'member');
  const files = await asked(page, '/hosts');
  expect(new Set(files).size, files.join()).toBe(2);
  expect(files.filter((file) => file.endsWith('.parts'))).toHaveLength(1);
  // The other areas' parts are asked for one by one, as far as they aren't there yet.
  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Workflows' }).click();
  await expect(page.getByRole('heading', { name: 'Workflows', exact: true })).toBeVisible();
});

test('where the file of parts cannot be had, each is asked for', async ({ page, allow }) => {
  allow(/Failed to load resource|request failed/);
  await signIn(page, 'member');
  await page.route('**/*.parts', (route) => route.abort('connectionreset'));
  const files = await asked(page, '/hosts');
  expect(files.filter((file) => file.startsWith('split_area_hosts'))).toHaveLength(1);
});

test('when the code of a page cannot be had, it is said, and reloading helps', async ({ page, allow }) => {
  allow(/wasm|split|panicked|unreachable|Failed to (fetch|load)/i);
  await signIn(page, 'member');
  await page.goto('/hosts');
  await hydrated(page);
  const code = '**/split_area_workflow*.wasm';
  await page.route(code, (route) => route.abort());
  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Workflows' }).click();
  const notice = page.getByRole('alert').filter({ hasText: 'stopped working' });
  await expect(notice).toBeVisible();
  await page.unroute(code);
  await notice.getByRole('link', { name: 'Reload it', exact: true }).click();
  await expect(notice).toHaveCount(0);
  await hydrated(page);
});
