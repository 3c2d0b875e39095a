// The lists of tickets: filters, order and pages, all in the address.
import { readFileSync } from 'node:fs';
import { expect, signIn, test, type Page } from '../support/fixtures.ts';
import { columns, expectListed, expectRow, forgetSession, hostFormPresets, listed, openTab, post, requestHost, row, type Tab, TABS } from '../support/pages.ts';

const scriptsOn = () => test.info().project.use.javaScriptEnabled !== false;
const apply = (page: Page) => page.getByRole('search').getByRole('button', { name: 'Apply', exact: true });

test('columns are those of the tab', async ({ page }) => {
  await signIn(page, 'member');
  await requestHost(page, { name: 'columns' });
  const all = ['ID', 'Type', 'Resource Name', 'Project', 'Status', 'Process Result', 'Execution Result', 'Stage', 'Processor', 'Time Submitted', 'Time Closed'];
  await openTab(page, 'mine');
  expect((await columns(page)).filter((name) => name !== 'Actions')).toEqual(all);
  await forgetSession(page);
  await signIn(page, 'owner');
  await openTab(page, 'pending');
  expect((await columns(page)).filter((name) => name !== 'Actions')).toEqual(['Select', ...all.slice(0, 4), 'Initiator', ...all.slice(4)]);
});

test('filters go into the address, and the address into the filters', async ({ page }) => {
  await signIn(page, 'member');
  const first = await requestHost(page, { name: 'filter-alpha' });
  const second = await requestHost(page, { name: 'filter-beta' });
  await post(page, 'undo', { number: second, version: 1, reason: 'For the filter.', back: '' });

  await openTab(page, 'mine');
  const resource = page.getByRole('search').getByLabel('Resource name', { exact: true });
  await resource.fill('FILTER-');
  await apply(page).click();
  await expect(page).toHaveURL(/[?&]resource=FILTER-/);
  await expect(row(page, first)).toHaveCount(1);
  await expectListed(page, [second, first]);
  await page.getByLabel('Status', { exact: true }).selectOption({ label: 'Canceled' });
  await apply(page).click();
  await expect(row(page, first)).toHaveCount(0);
  await expectListed(page, [second]);
  await expect(resource, 'the other filter stays').toHaveValue('FILTER-');

  // The address alone brings back the whole list.
  const address = page.url();
  await page.goto('/hosts');
  await page.goto(address);
  await expectListed(page, [second]);
  await expect(page.getByLabel('Status', { exact: true }).getByRole('option', { selected: true })).toHaveText('Canceled');

  await page.getByRole('search').getByRole('link', { name: 'Clear', exact: true }).click();
  await expect(resource).toHaveValue('');
  await expect(row(page, first)).toHaveCount(1);

  await openTab(page, 'mine', `?id=${first}`);
  await expectListed(page, [first]);
  await openTab(page, 'mine', '?resource=filter-&sort=oldest');
  await expectListed(page, [first, second]);
  for (const nothing of ['id=nonsense', 'resource=%25', 'resource=filter_alpha', 'project=system', 'to=2001-01-01', 'ticket_type=apply-server-delete&id=' + first]) {
    await openTab(page, 'mine', `?${nothing}`);
    await expectListed(page, [], nothing);
  }
});

test('dates are days of the person\'s zone', async ({ page }) => {
  await signIn(page, 'member');
  const number = await requestHost(page, { name: 'zoned' });
  // With scripts Kolkata's days, without them UTC's.
  const zone = scriptsOn() ? 'Asia/Kolkata' : 'UTC';
  const day = (shift: number) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(Date.now() + shift * 86_400_000));
  const filters = page.getByRole('search');
  const filter = async (from: string, to: string) => {
    await openTab(page, 'mine', '?resource=zoned');
    await filters.getByLabel('Submitted from', { exact: true }).fill(from);
    await filters.getByLabel('Submitted to', { exact: true }).fill(to);
    await apply(page).click();
    await expect(page).toHaveURL(new RegExp(`from=${from}&to=${to}`));
    if (scriptsOn()) await expect(page).toHaveURL(/zone=Asia/);
  };
  await openTab(page, 'mine');
  await expect(filters).toContainText(scriptsOn() ? /Days are those of Asia\/(Kolkata|Calcutta)/ : 'Days are those of UTC');
  // The day may change while this runs.
  await filter(day(-1), day(0));
  await expectListed(page, [number]);
  await filter(day(1), day(2));
  await expectListed(page, []);
  await filter('2001-01-01', day(-2));
  await expectListed(page, []);
  // The zone of an address is kept, whoever opens it.
  await openTab(page, 'mine', `?resource=zoned&from=${day(-1)}&to=${day(1)}&zone=Asia/Kolkata`);
  await expectListed(page, [number]);
  await expect(filters).toContainText('Days are those of Asia/Kolkata');
});

test('every list exports what its filters match', async ({ page, as }) => {
  await signIn(page, 'member');
  const first = await requestHost(page, { name: 'export-a' });
  const second = await requestHost(page, { name: 'export-b' });
  for (const [user, tab, file] of [['member', 'mine', 'my-tickets'], ['owner', 'pending', 'my-pending'], ['sysadmin', 'all', 'all-tickets']] as const) {
    const person = user === 'member' ? page : await as(user);
    await openTab(person, tab, '?resource=EXPORT-&sort=oldest');
    const titles = (await columns(person)).filter((name) => !['Actions', 'Select'].includes(name));
    const downloads = person.waitForEvent('download');
    await person.getByRole('main').getByRole('link', { name: 'Export', exact: true }).click();
    const download = await downloads;
    expect(download.suggestedFilename()).toMatch(new RegExp(`^${file}-\\d{4}-\\d\\d-\\d\\d\\.csv$`));
    const lines = readFileSync(await download.path(), 'utf8').trimEnd().split('\r\n');
    expect(lines[0], 'the columns of the table').toBe(`\ufeff${titles.join(',')}`);
    expect(lines.slice(1).map((line) => Number(line.split(',')[0])), user).toEqual([first, second]);
    await expect(person, 'the list stays').toHaveURL(/sort=oldest/);
  }
});

test('an empty list says what to do next', async ({ page }) => {
  await signIn(page, 'viewer');
  for (const tab of ['mine', 'pending', 'resolved', 'involved'] as Tab[]) {
    await openTab(page, tab);
    await expect(page.getByRole('table'), TABS[tab]).toHaveCount(0);
    await expect(page.getByRole('main').getByRole('heading', { level: 2 })).toBeVisible();
    await expect(page.getByRole('main').locator('.empty').getByRole('link'), 'what to do next').toHaveCount(1);
  }
  await forgetSession(page);
  await signIn(page, 'member');
  await openTab(page, 'mine', '?resource=no-such-thing');
  await expect(page.getByRole('table')).toHaveCount(0);
  await page.getByRole('main').getByRole('link', { name: /clear/i }).last().click();
  await expect(page).not.toHaveURL(/no-such-thing/);
});

test('more than fifty tickets come in pages', async ({ page, as }) => {
  test.setTimeout(90_000);
  await signIn(page, 'sysadmin');
  const presets = await hostFormPresets(page, 'system (Default)');
  for (let i = 1; i <= 105; i++) {
    const reply = await post(page, 'create-host', { ...presets, 'form[name]': `paged-${i}` });
    expect(JSON.stringify(reply)).toContain('"done"');
  }
  await openTab(page, 'mine', '?resource=paged-');
  const next = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Older', exact: true });
  const previous = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Newer', exact: true });
  await expect(previous).toHaveCount(0);
  const pages: number[][] = [];
  for (const size of [50, 50, 5]) {
    await expect.poll(async () => (await listed(page)).length).toBe(size);
    await expect(page).toHaveURL(/resource=paged-/);
    pages.push(await listed(page));
    if (size === 50) {
      const last = pages.at(-1)!.at(-1)!;
      await next.click();
      await expect(row(page, last)).toHaveCount(0);
    }
  }
  await expect(next).toHaveCount(0);
  const all = pages.flat();
  expect(new Set(all).size, 'no ticket twice').toBe(105);
  expect(all).toEqual([...all].sort((a, b) => b - a));
  await previous.click();
  await expect.poll(() => listed(page)).toEqual(pages[1]);
  await previous.click();
  await expect.poll(() => listed(page)).toEqual(pages[0]);

  // The approver's list pages the same way.
  const coowner = await as('coowner');
  await openTab(coowner, 'pending', '?resource=paged-');
  await expectListed(coowner, pages[0]!);
  await expectRow(coowner, pages[0]![0]!, { Initiator: 'sysadmin', Project: 'system' });
});
