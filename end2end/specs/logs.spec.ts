// The operation log: the list, a record, filters, exports.
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { axe, expect, fitsPhone, hydrated, signIn, test, type Page } from '../support/fixtures.ts';
import { action, columns, forgetSession, post, switchView } from '../support/pages.ts';

const scriptsOn = () => test.info().project.use.javaScriptEnabled !== false;
const filters = (page: Page) => page.getByRole('search');
const apply = (page: Page) => filters(page).getByRole('button', { name: 'Apply', exact: true });
const rows = (page: Page) => page.getByRole('table').getByRole('row').filter({ has: page.getByRole('cell') });
const numbers = async (page: Page) => (await page.getByRole('table').getByRole('link', { name: /^\d+$/ }).allTextContents()).map(Number);
const dialog = (page: Page) => page.getByRole('dialog');

/** Leaves `count` records of refused attempts. */
async function leaveRecords(page: Page, count: number) {
  for (let i = 0; i < count; i++) await post(page, 'enable-process', { id: `no-such-process-${i}` });
}

async function openLog(page: Page, query = '') {
  await page.goto(`/logs${query}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Operation Log', exact: true })).toBeVisible();
}

test('the menus lead to it, in the views that have it', async ({ page, allow }) => {
  allow(403);
  await signIn(page, 'deputy');
  await page.getByRole('button', { name: 'Navigation', exact: true }).click();
  await page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name: 'Operation Log', exact: true }).click();
  await expect(page).toHaveURL(/\/logs$/);
  await hydrated(page);
  expect((await columns(page)).filter((name) => name !== 'Actions')).toEqual([
    'ID', 'Time', 'Operator', 'Operation', 'Resource Type', 'Resource Name', 'Result', 'IP',
  ]);
  await axe(page);
  if (scriptsOn()) await fitsPhone(page);
  await switchView(page, 'Domain View: Default');
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Operation Log', exact: true })).toBeVisible();
  await switchView(page, 'Project View: web');
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Operation Log', exact: true })).toHaveCount(0);
  await page.goto('/logs');
  await expect(page.getByText(/Switch the view/)).toBeVisible();
});

test('View opens a record with everything it says, and Copy copies it', async ({ page }) => {
  if (scriptsOn()) await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, 'sysadmin');
  await leaveRecords(page, 1);
  await openLog(page, '?result=failed&operation=enable');
  const line = rows(page).first();
  await line.hover();
  await action(line, 'View').click();
  await expect(dialog(page)).toBeVisible();
  await expect(page).toHaveURL(/dialog=record/);
  for (const text of ['Operator', 'sysadmin', 'Resource Type', 'Process', 'no-such-process-0', 'Failed', 'Reason', 'System View', 'Integrity']) {
    await expect(dialog(page)).toContainText(text);
  }
  await expect(dialog(page).getByRole('region', { name: 'Details' })).toBeVisible();
  await axe(page);
  const copy = dialog(page).getByRole('button', { name: 'Copy', exact: true });
  if (scriptsOn()) {
    await copy.click();
    await expect(dialog(page).getByRole('status')).toHaveText('Copied.');
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    expect(copied).toMatchObject({ operator: { name: 'sysadmin' }, operation: 'enable', result: 'failed' });
  } else {
    await expect(copy, 'without scripts one marks the text').toHaveCount(0);
  }
  await dialog(page).getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(page, 'the filters stay').toHaveURL(/result=failed/);
});

test('twenty records, and Load more', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await leaveRecords(page, 45);
  await openLog(page, '?operation=enable&result=failed');
  await expect(rows(page)).toHaveCount(20);
  const first = await numbers(page);
  expect(first).toEqual([...first].sort((a, b) => b - a));
  const more = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Load more', exact: true });
  await more.click();
  await expect(rows(page)).toHaveCount(40);
  await expect(page).toHaveURL(/shown=40/);
  expect((await numbers(page)).slice(0, 20), 'appended').toEqual(first);
  await more.click();
  await expect.poll(() => rows(page).count()).toBeGreaterThanOrEqual(45);
  await expect(more).toHaveCount(0);
  const all = await numbers(page);
  expect(new Set(all).size).toBe(all.length);
  await page.reload();
  expect(await numbers(page), 'the address says how many').toEqual(all);
});

test('filters and dates are in the address', async ({ page }) => {
  await signIn(page, 'acmeadmin');
  await forgetSession(page);
  await signIn(page, 'sysadmin');
  await leaveRecords(page, 1);
  await openLog(page);
  await filters(page).getByLabel('Operator', { exact: true }).fill('acmeadmin');
  await apply(page).click();
  await expect(page).toHaveURL(/operator=acmeadmin/);
  await expect(rows(page).first()).toContainText('Sign in');
  await filters(page).getByLabel('Operator', { exact: true }).fill('sysadmin');
  await filters(page).getByLabel('Operation', { exact: true }).selectOption({ label: 'Enable' });
  await filters(page).getByLabel('Resource Type', { exact: true }).selectOption({ label: 'Process' });
  await filters(page).getByLabel('Result', { exact: true }).selectOption({ label: 'Failed' });
  await apply(page).click();
  await expect(page).toHaveURL(/result=failed/);
  await expect(rows(page).first()).toContainText('Enable');

  // The dates are days of the person's zone: with scripts Kolkata's, without them UTC's.
  await filters(page).getByLabel('Start date', { exact: true }).fill('2001-01-01');
  await filters(page).getByLabel('End date', { exact: true }).fill('2001-01-02');
  await apply(page).click();
  await expect(page).toHaveURL(/from=2001-01-01/);
  await expect(page.getByRole('heading', { name: 'No record matches' })).toBeVisible();
  await expect(filters(page)).toContainText(scriptsOn() ? /Days are those of Asia\/(Kolkata|Calcutta)/ : 'Days are those of UTC');
  if (scriptsOn()) await expect(page).toHaveURL(/zone=Asia/);
  await page.getByRole('main').getByRole('link', { name: 'Clear', exact: true }).last().click();
  await expect(rows(page).first()).toBeVisible();

  const zone = scriptsOn() ? 'Asia/Kolkata' : 'UTC';
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date());
  const tomorrow = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(Date.now() + 86_400_000));
  await openLog(page);
  await filters(page).getByLabel('Start date', { exact: true }).fill(today);
  await filters(page).getByLabel('End date', { exact: true }).fill(today);
  await apply(page).click();
  await expect(page).toHaveURL(new RegExp(`to=${today}`));
  await expect(rows(page).first(), 'today is included').toBeVisible();
  await openLog(page, `?from=${tomorrow}&zone=${zone}`);
  await expect(page.getByRole('table')).toHaveCount(0);
});

test('a Domain View shows its domain only', async ({ page, as, allow }) => {
  allow(404);
  await signIn(page, 'sysadmin');
  await leaveRecords(page, 1);
  await openLog(page, '?operation=enable&result=failed');
  const foreign = (await numbers(page))[0];
  const acme = await as('acmeadmin');
  await openLog(acme, '?operation=enable&result=failed');
  await expect(acme.getByRole('table')).toHaveCount(0);
  await openLog(acme, `?dialog=record&about=${foreign}`);
  await expect(dialog(acme)).toContainText('nothing here');
});

test('Export downloads what the dialog asks for', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await leaveRecords(page, 25);
  await openLog(page, '?operation=enable&result=failed');
  const shown = await numbers(page);

  const csv = await exported(page, async () => {
    for (const name of ['Details', 'Operator ID', 'Resource ID', 'View', 'Reason', 'Time (UTC)', 'Project', 'Domain', 'IP']) {
      await dialog(page).getByRole('checkbox', { name, exact: true }).uncheck();
    }
    await axe(page);
  });
  expect(csv.name).toMatch(/^operation-log-\d{4}-\d\d-\d\d\.csv$/);
  const lines = csv.content.toString('utf8').split('\r\n');
  expect(lines[0]).toBe('\ufeffID,Operator,Operation,Resource Type,Resource Name,Result');
  expect(lines.slice(1, -1).map((line) => Number(line.split(',')[0])), 'this page').toEqual(shown);
  expect(lines[1]).toBe(`${shown[0]},sysadmin,Enable,Process,,Failed`);

  const xlsx = await exported(page, async () => {
    await dialog(page).getByRole('radio', { name: 'XLSX', exact: true }).check();
    await dialog(page).getByRole('radio', { name: 'All that match', exact: true }).check();
  });
  expect(xlsx.name).toMatch(/\.xlsx$/);
  const sheet = unzipped(xlsx.content, 'xl/worksheets/sheet1.xml');
  expect(sheet.match(/<row /g)!.length, 'more than the page shows').toBeGreaterThanOrEqual(26);
  expect(sheet).toContain('no-such-process-0');
});

test('an export needs a column', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await openLog(page);
  await action(page, 'Export').click();
  await expect(dialog(page)).toBeVisible();
  for (const box of await dialog(page).getByRole('checkbox').all()) await box.uncheck();
  await dialog(page).getByRole('button', { name: 'OK', exact: true }).click();
  await expect(page).toHaveURL(/about=columns/);
  await expect(dialog(page)).toContainText('Choose at least one column.');
});

/** Opens the dialog, fills it in, presses OK, and returns the file that comes. */
async function exported(page: Page, fill: () => Promise<void>) {
  await action(page, 'Export').click();
  await expect(dialog(page)).toBeVisible();
  await fill();
  const downloads = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'OK', exact: true }).click();
  const download = await downloads;
  const content = readFileSync(await download.path());
  if (scriptsOn()) await expect(dialog(page), 'it closes by itself').toHaveCount(0);
  else await dialog(page).getByRole('button', { name: 'Cancel', exact: true }).click();
  return { name: download.suggestedFilename(), content };
}

/** A file of a ZIP archive, found through its directory at the end. */
function unzipped(archive: Buffer, name: string): string {
  let at = archive.readUInt32LE(archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1')) + 16);
  while (archive.readUInt32LE(at) === 0x02014b50) {
    const [method, size, nameLength, extra, comment, start] = [
      archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30),
      archive.readUInt16LE(at + 32), archive.readUInt32LE(at + 42),
    ];
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const data = start + 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
      const packed = archive.subarray(data, data + size);
      return (method === 0 ? packed : inflateRawSync(packed)).toString('utf8');
    }
    at += 46 + nameLength + extra + comment;
  }
  throw new Error(`${name} is not in the archive`);
}
