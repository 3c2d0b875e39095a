// Quotas: their pages, and other limits by ticket or at once.
import { axe, expect, fitsPhone, hydrated, scripts, signIn, test, type Page } from '../support/fixtures.ts';
import {
  action, bell, confirm, decide, expectProblem, expectRow, openDialog, openTab, openTicket, requestHost, row, rowAction, said, switchView,
} from '../support/pages.ts';
import type { Locator } from '@playwright/test';

const dialogOf = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
/** The line about a key on a card. */
const told = (page: Page, scope: string, key: string) =>
  card(page, scope).getByRole('listitem').filter({ has: page.getByText(key, { exact: true }) });

/** An entry of the bell's section New Ticket. */
async function newTicket(page: Page, name: string): Promise<Locator> {
  await bell(page).click();
  await page.getByRole('list', { name: 'New Ticket', exact: true }).getByRole('link', { name, exact: true }).click();
  const dialog = dialogOf(page, name);
  await expect(dialog).toBeVisible();
  await hydrated(page);
  return dialog;
}

async function newestTicket(page: Page): Promise<number> {
  await page.waitForURL('**/tickets/workflow/mine*');
  await hydrated(page);
  return Number(await page.getByRole('table').getByRole('link', { name: /^\d+$/ }).first().textContent());
}

/** Asks for other limits of the view's own project, from the bell. */
async function apply(page: Page, limits: Record<string, string>, reason = 'More to do.'): Promise<number> {
  const dialog = await newTicket(page, 'Project Quota Application');
  for (const [key, value] of Object.entries(limits)) await dialog.getByLabel(key, { exact: true }).fill(value);
  await dialog.getByLabel('Reason', { exact: true }).fill(reason);
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  return newestTicket(page);
}

test('a view shows its quotas, with what is used, held and free', async ({ page }) => {
  await signIn(page, 'member');
  await page.getByRole('button', { name: 'Navigation', exact: true }).click();
  await page.getByRole('navigation', { name: 'Navigation', exact: true }).getByRole('link', { name: 'Quotas', exact: true }).click();
  await expect(page).toHaveURL(/\/quotas$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Quotas', exact: true })).toBeVisible();
  await expect(told(page, 'Project web', 'vCPU')).toContainText(/^vCPU\d+ used, \d+ held, \d+ free of 64$/);
  await expect(told(page, 'Project web', 'Memory')).toContainText('of 128 GiB');
  await expect(told(page, 'Domain Default', 'vCPU')).toContainText(/used, \d+ held, Unlimited$/);

  // Keys that nobody limits or uses are folded away.
  await expect(told(page, 'Project web', 'Load balancer')).toBeHidden();
  await card(page, 'Project web').getByText(/more without a limit or use/).click();
  await expect(told(page, 'Project web', 'Load balancer')).toContainText('0 used, 0 held, Unlimited');
  await axe(page);
  await fitsPhone(page);

  // A ticket that waits holds what it asks for.
  await requestHost(page, { name: 'held' });
  await page.goto('/quotas');
  await expect(told(page, 'Project web', 'Host count')).toContainText(/1 held/);
});

test('an application is filled in, refused at its fields, passed and carried out', async ({ page: owner, as }) => {
  test.setTimeout(60_000);
  await signIn(owner, 'owner');
  const dialog = await newTicket(owner, 'Project Quota Application');
  await axe(owner);
  await fitsPhone(owner);
  const vcpu = dialog.getByLabel('vCPU', { exact: true });
  await expect(vcpu).toHaveValue('64');
  await vcpu.fill('1');
  await dialog.getByLabel('RDS', { exact: true }).fill('many');
  await dialog.getByLabel('Reason', { exact: true }).fill('The new site.');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(vcpu, /vCPU can't be 1: \d+ is in use/);
  await expectProblem(dialog.getByLabel('RDS', { exact: true }), /RDS must be a whole number from 0 to 1,000,000,000/);
  await expect(dialog.getByLabel('Reason', { exact: true })).toHaveValue('The new site.');

  const line = dialog.getByRole('row').filter({ has: owner.getByLabel('vCPU', { exact: true }) });
  await vcpu.fill('80');
  if (scripts()) await expect(line).toContainText('+16');
  const memory = dialog.getByRole('row').filter({ has: owner.getByLabel('Memory', { exact: true }) });
  await memory.getByLabel('Unlimited', { exact: true }).check();
  // A number and the tick exclude each other: the other one gives way, or without scripts the one that doesn't count is
  // struck out.
  const amount = memory.getByLabel('Memory', { exact: true });
  if (scripts()) await expect(amount).toHaveValue('');
  else await expect(amount).toHaveCSS('text-decoration-line', 'line-through');
  await dialog.getByLabel('RDS', { exact: true }).fill('3');
  const rds = dialog.getByRole('row').filter({ has: owner.getByLabel('RDS', { exact: true }) });
  if (scripts()) await expect(rds.getByLabel('Unlimited', { exact: true })).not.toBeChecked();
  else await expect(rds.getByText('Unlimited', { exact: true }).last()).toHaveCSS('text-decoration-line', 'line-through');
  if (scripts()) await expect(dialog).toContainText('limited to 3');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  const number = await newestTicket(owner);
  await expectRow(owner, number, { Type: 'Project Quota Application', 'Resource Name': 'web', Project: 'web', Status: 'Incomplete' });

  const domainadmin = await as('domainadmin');
  await openTicket(domainadmin, number);
  const asked = (key: string) => domainadmin.getByRole('row').filter({ has: domainadmin.getByRole('rowheader', { name: key, exact: true }) });
  await expect(asked('vCPU')).toContainText(/vCPU6480\+16\d+/);
  await expect(asked('Memory')).toContainText(/Memory128 GiBUnlimitedUnlimited\d+ GiB/);
  await expect(domainadmin.getByRole('main')).toContainText('The new site.');
  await axe(domainadmin);
  await fitsPhone(domainadmin);
  await decide(domainadmin, number, 'Pass', 'Go ahead.');

  await openTicket(owner, number);
  await expect(owner.getByRole('main')).toContainText('vCPU of web is now 80, Memory Unlimited, RDS 3.');
  await owner.goto('/quotas');
  await expect(told(owner, 'Project web', 'vCPU')).toContainText('of 80');
  await expect(told(owner, 'Project web', 'Memory')).toContainText('Unlimited');
  await expect(told(owner, 'Project web', 'RDS')).toContainText('0 used, 0 held, 3 free of 3');
});

test('limits that change meanwhile are not overwritten', async ({ page: owner, as }) => {
  test.setTimeout(60_000);
  await signIn(owner, 'owner');
  const number = await apply(owner, { Image: '20' });
  const sysadmin = await as('sysadmin');
  await sysadmin.goto('/quotas');
  await rowAction(sysadmin, 'web (Default)', 'Set quota');
  const set = dialogOf(sysadmin, 'Set quota');
  await set.getByLabel('Image', { exact: true }).fill('10');
  await confirm(sysadmin, set);
  await expect(said(sysadmin, 'Image of web is now 10.')).toBeVisible();

  const domainadmin = await as('domainadmin');
  const dialog = await openDialog(domainadmin, number, 'Pass');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(said(domainadmin, /The Image limit of project web was Unlimited and is 10 now/)).toBeVisible();
  await openTicket(domainadmin, number);
  await expect(domainadmin.getByRole('main')).toContainText(/This can't be passed as it stands\. The Image limit/);
  await decide(domainadmin, number, 'Reject', 'Ask again.');
  await owner.goto('/quotas');
  await expect(told(owner, 'Project web', 'Image')).toContainText('of 10');
});

test('a domain asks the system', async ({ page: domainadmin, as }) => {
  await signIn(domainadmin, 'domainadmin');
  await domainadmin.goto('/quotas');
  await action(domainadmin.getByRole('main'), 'Domain Quota Application').click();
  const dialog = dialogOf(domainadmin, 'Domain Quota Application');
  await dialog.getByLabel('Host count', { exact: true }).fill('200');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  const number = await newestTicket(domainadmin);
  await expectRow(domainadmin, number, { Type: 'Domain Quota Application', 'Resource Name': 'Default', Project: '-' });
  await decide(await as('sysadmin'), number, 'Pass');
  await domainadmin.goto('/quotas');
  await expect(told(domainadmin, 'Domain Default', 'Host count')).toContainText('of 200');
  await fitsPhone(domainadmin);
});

test('the System View chooses, and sets at once', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await page.goto('/quotas');
  await axe(page);
  await fitsPhone(page);
  await page.getByLabel('Domain or project', { exact: true }).selectOption({ label: 'shop (acme)' });
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(card(page, 'Project shop')).toBeVisible();
  await expect(card(page, 'Domain acme')).toBeVisible();
  await expect(card(page, 'Project web')).toHaveCount(0);
  await hydrated(page);
  await action(card(page, 'Domain acme'), 'Set quota').click();
  const dialog = dialogOf(page, 'Set quota');
  await dialog.getByLabel('Storage', { exact: true }).fill('2048');
  await confirm(page, dialog);
  await expect(page).toHaveURL(/scope=project/);
  await expect(told(page, 'Domain acme', 'Storage')).toContainText('of 2048 GiB');
  await expect(told(page, 'Project shop', 'Storage')).toContainText('Unlimited');
});

test('a domain sets what needs no ticket', async ({ page: sysadmin, as }) => {
  test.setTimeout(60_000);
  await signIn(sysadmin, 'sysadmin');
  const acme = await as('acmeadmin');
  await acme.goto('/quotas');
  await expect(action(card(acme, 'Project shop'), 'Project Quota Application')).toBeVisible();
  await sysadmin.goto('/settings/tickets');
  await rowAction(sysadmin, 'Project Quota Application', 'Disable');
  await confirm(sysadmin, dialogOf(sysadmin, 'Disable'));
  await acme.goto('/quotas');
  await action(card(acme, 'Project shop'), 'Set quota').click();
  const dialog = dialogOf(acme, 'Set quota');
  await dialog.getByLabel('vCPU', { exact: true }).fill('32');
  await confirm(acme, dialog);
  await expect(told(acme, 'Project shop', 'vCPU')).toContainText('of 32');
  const shopowner = await as('shopowner');
  await bell(shopowner).click();
  await expect(shopowner.getByRole('list', { name: 'New Ticket', exact: true })).not.toContainText('Quota');
  await sysadmin.goto('/settings/tickets');
  await rowAction(sysadmin, 'Project Quota Application', 'Enable');
  await confirm(sysadmin, dialogOf(sysadmin, 'Enable'));
});

test('the bell offers what the view allows', async ({ page }) => {
  await signIn(page, 'deputy');
  const offered = async () => {
    await bell(page).click();
    await expect(page.getByRole('list', { name: 'Workflows', exact: true })).toBeVisible();
    const names = await page.getByRole('list', { name: 'New Ticket', exact: true }).getByRole('link').allInnerTexts();
    await page.keyboard.press('Escape');
    return names.map((name) => name.trim());
  };
  expect(await offered()).toEqual([]);
  await switchView(page, 'Domain View: Default');
  expect(await offered()).toEqual(['Request Technical Support', 'Domain Quota Application']);
  await switchView(page, 'Project View: web');
  expect(await offered()).toEqual(['Request Technical Support', 'Apply to join project', 'Project Quota Application']);
  await bell(page).click();
  await axe(page);
});

test('an address asks for no more than the view allows', async ({ page }) => {
  await signIn(page, 'viewer');
  for (const address of ['/quotas?dialog=project-quota', '/quotas?dialog=domain-quota', '/quotas?dialog=set&about=domain:default']) {
    await page.goto(address);
    await expect(dialogOf(page, "That isn't possible")).toBeVisible();
  }
  await openTab(page, 'mine');
  await expect(row(page, 'web')).toHaveCount(0);
});

test('an application is amended while nobody has decided it', async ({ page: owner, as }) => {
  test.setTimeout(60_000);
  await signIn(owner, 'owner');
  const number = await apply(owner, { Snapshot: '5', Bucket: '2' }, 'Backups.');
  await openTicket(owner, number);
  await action(owner.getByRole('main'), 'Amend').click();
  const dialog = dialogOf(owner, 'Project Quota Application');
  await expect(dialog).toContainText(`amends ticket ${number}`);
  await hydrated(owner);
  await expect(dialog.getByLabel('Snapshot', { exact: true })).toHaveValue('5');
  await expect(dialog.getByLabel('Reason', { exact: true })).toHaveValue('Backups.');
  await expect(dialog.getByRole('row').filter({ has: owner.getByLabel('Snapshot', { exact: true }) })).toContainText('limited to 5');
  await dialog.getByLabel('Snapshot', { exact: true }).fill('7');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(owner).toHaveURL(new RegExp(`/tickets/workflow/${number}`));
  await expect(owner.getByRole('row').filter({ hasText: 'Snapshot' })).toContainText('7');
  await decide(await as('domainadmin'), number, 'Reject');
});
