// A process that isn't enabled: the operation runs at once, without a ticket.
import { expect, hydrated, scripts, signIn, test } from '../support/fixtures.ts';
import {
  action, bell, confirm, decide, eventually, expectProblem, expectRow, listed, offeredViews, openTab, requestHost, row, rowAction,
  said, sendHostForm, soon,
} from '../support/pages.ts';
import type { Locator, Page } from '@playwright/test';

test.describe.configure({ mode: 'serial' });

const dialogOf = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });
/** A card of `/quotas`. */
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
/** The line about a key on a card. */
const told = (page: Page, scope: string, key: string) =>
  card(page, scope).getByRole('listitem').filter({ has: page.getByText(key, { exact: true }) });

test('a ticket in flight is finished after its process was disabled', async ({ page: sysadmin, as }) => {
  const member = await as('member');
  const number = await requestHost(member, { name: 'in-flight' });
  await signIn(sysadmin, 'sysadmin');
  await switchProcess(sysadmin, 'Host Application', 'Disable');
  await decide(await as('owner'), number, 'Pass');
  await decide(sysadmin, number, 'Pass');
  await member.goto('/hosts');
  await eventually(member, async () => {
    await soon(row(member, 'in-flight')).toContainText('Running');
  });
});

test('without its process a host is created at once', async ({ page: member }) => {
  await signIn(member, 'member');
  await openTab(member, 'mine');
  const tickets = await listed(member);
  await sendHostForm(member, { name: 'at-once' }, 'Create');
  await expect(said(member, /at-once|creat/i)).toBeVisible();
  await member.goto('/hosts');
  await eventually(member, async () => {
    await soon(row(member, 'at-once')).toContainText('Running');
  });
  await openTab(member, 'mine');
  expect(await listed(member)).toEqual(tickets);
});

test('without its process nobody applies to join: an administrator lets one in', async ({ page: sysadmin, as }) => {
  test.setTimeout(90_000);
  const APPLY = 'Apply to join project';
  const newcomer = await as('newcomer');
  const dialog = await opened(newcomer, newcomer.getByRole('main'), APPLY);
  await dialog.getByLabel('Reason', { exact: true }).fill('I start on Monday.');
  const member = await as('member');
  expect(await offered(member)).toContain(APPLY);
  await signIn(sysadmin, 'sysadmin');
  await switchProcess(sysadmin, 'Join Project Application', 'Disable');

  // Somebody who had the dialog open is told when they press OK.
  await refuses(newcomer, dialog, /Join Project Application is not under approval any more/);
  if (scripts()) await expect(dialog.getByLabel('Reason', { exact: true })).toHaveValue('I start on Monday.');
  await newcomer.goto('/no-project');
  await expect(newcomer.getByRole('heading', { level: 1 })).toContainText('no project yet');
  await expect(newcomer.getByRole('main').getByRole('button', { name: 'Sign out', exact: true })).toBeVisible();
  await expect(action(newcomer.getByRole('main'), APPLY)).toHaveCount(0);
  await expect(newcomer.getByRole('main'), 'no ticket was made').not.toContainText('Your application');
  await newcomer.goto('/no-project?dialog=join');
  await expect(dialogOf(newcomer, "That isn't possible")).toContainText('while Join Project Application is enabled');
  await expect(dialogOf(newcomer, APPLY)).toHaveCount(0);

  await member.goto('/hosts');
  expect(await offered(member)).not.toContain(APPLY);
  await member.goto('/tickets/workflow/mine?dialog=join');
  await expect(dialogOf(member, "That isn't possible")).toBeVisible();

  // The domain's administrator gives the role at once.
  await newcomer.goto('/no-project');
  const domainadmin = await as('domainadmin');
  await domainadmin.goto('/directory/users?search=newcomer');
  await row(domainadmin, 'newcomer').getByRole('link', { name: 'newcomer', exact: true }).click();
  const assign = await opened(domainadmin, domainadmin.getByRole('main'), 'Assign');
  await assign.getByLabel('Project', { exact: true }).selectOption({ label: 'web' });
  await assign.getByLabel('Role', { exact: true }).selectOption({ label: 'member' });
  await confirm(domainadmin, assign);
  await expect(said(domainadmin, 'newcomer is now member in web.')).toBeVisible();
  await expectRow(domainadmin, 'web', { Role: 'member' });

  // The waiting page moves on by itself; without scripts, at the next look.
  if (!scripts()) await newcomer.reload();
  await expect(newcomer).toHaveURL(/\/hosts/, { timeout: 15_000 });
  await hydrated(newcomer);
  expect(await offeredViews(newcomer)).toEqual(['Project View: web']);
  await newcomer.goto('/hosts');
  await expect(action(newcomer.getByRole('main'), 'Create'), 'as a member').toBeVisible();
  await expectNoTickets(sysadmin, 'apply-join-project');
});

test('without its process a project quota is set at once, by the administrator of the domain', async ({ page: sysadmin, as }) => {
  test.setTimeout(90_000);
  const APPLY = 'Project Quota Application';
  const [owner, domainadmin] = [await as('owner'), await as('domainadmin')];
  await owner.goto('/quotas');
  await expect(told(owner, 'Project web', 'vCPU')).toContainText('of 64');
  const dialog = await opened(owner, owner.getByRole('main'), APPLY);
  await dialog.getByLabel('vCPU', { exact: true }).fill('80');
  await domainadmin.goto('/quotas');
  await expect(action(card(domainadmin, 'Project web'), APPLY)).toBeVisible();
  await signIn(sysadmin, 'sysadmin');
  await switchProcess(sysadmin, APPLY, 'Disable');

  await refuses(owner, dialog, /Project Quota Application isn't enabled: administrators of the domain set this quota/);
  if (scripts()) await expect(dialog.getByLabel('vCPU', { exact: true })).toHaveValue('80');
  await owner.goto('/quotas');
  await expect(told(owner, 'Project web', 'vCPU')).toContainText('of 64');
  for (const name of [APPLY, 'Set quota']) await expect(action(owner.getByRole('main'), name), name).toHaveCount(0);
  expect(await offered(owner)).not.toContain(APPLY);
  await owner.goto('/quotas?dialog=project-quota');
  await expect(dialogOf(owner, "That isn't possible")).toBeVisible();

  await domainadmin.goto('/quotas');
  await expect(action(card(domainadmin, 'Project web'), APPLY)).toHaveCount(0);
  const set = await opened(domainadmin, card(domainadmin, 'Project web'), 'Set quota');
  const vcpu = set.getByLabel('vCPU', { exact: true });
  await vcpu.fill('1');
  await set.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(vcpu, /vCPU can't be 1: \d+ is in use/);
  await vcpu.fill('72');
  await confirm(domainadmin, set);
  await expect(said(domainadmin, 'vCPU of web is now 72.')).toBeVisible();
  await owner.goto('/quotas');
  await expect(told(owner, 'Project web', 'vCPU')).toContainText('of 72');
  await expectNoTickets(sysadmin, 'apply-project-quota');
});

test('without its process a domain quota is set at once, by an administrator of the system', async ({ page: sysadmin, as }) => {
  test.setTimeout(90_000);
  const APPLY = 'Domain Quota Application';
  const domainadmin = await as('domainadmin');
  expect(await offered(domainadmin)).toContain(APPLY);
  await domainadmin.goto('/quotas');
  await expect(told(domainadmin, 'Domain Default', 'Host count')).toContainText('Unlimited');
  const dialog = await opened(domainadmin, domainadmin.getByRole('main'), APPLY);
  await dialog.getByLabel('Host count', { exact: true }).fill('300');
  await signIn(sysadmin, 'sysadmin');
  await switchProcess(sysadmin, APPLY, 'Disable');

  await refuses(domainadmin, dialog, /Domain Quota Application isn't enabled: administrators of the system set this quota/);
  await domainadmin.goto('/quotas');
  await expect(told(domainadmin, 'Domain Default', 'Host count')).toContainText('Unlimited');
  await expect(action(domainadmin.getByRole('main'), APPLY)).toHaveCount(0);
  await expect(action(card(domainadmin, 'Domain Default'), 'Set quota'), 'not the own limits').toHaveCount(0);
  expect(await offered(domainadmin)).not.toContain(APPLY);
  for (const address of ['/quotas?dialog=domain-quota', '/quotas?dialog=set&about=domain:default']) {
    await domainadmin.goto(address);
    await expect(dialogOf(domainadmin, "That isn't possible"), address).toBeVisible();
  }

  await sysadmin.goto('/quotas');
  const set = await opened(sysadmin, row(sysadmin, 'Default'), 'Set quota');
  await set.getByLabel('Host count', { exact: true }).fill('200');
  await confirm(sysadmin, set);
  await expect(said(sysadmin, 'Host count of Default is now 200.')).toBeVisible();
  await domainadmin.goto('/quotas');
  await expect(told(domainadmin, 'Domain Default', 'Host count')).toContainText('of 200');
  await expectNoTickets(sysadmin, 'apply-domain-quota');
});

test('the bell goes when nothing is enabled, and the tickets stay in reach', async ({ page: sysadmin, as }) => {
  test.setTimeout(60_000);
  const member = await as('member');
  await signIn(sysadmin, 'sysadmin');
  await sysadmin.goto('/settings/tickets');
  const enabled = sysadmin.getByRole('row').filter({ has: action(sysadmin, 'Disable') });
  while ((await enabled.count()) > 0) {
    const name = await enabled.first().getByRole('cell').first().textContent();
    await switchProcess(sysadmin, name!.trim(), 'Disable');
  }
  await member.goto('/hosts');
  await expect(member.getByRole('button', { name: 'Navigation', exact: true })).toBeVisible();
  await expect(bell(member)).toHaveCount(0);
  await member.getByRole('button', { name: 'Navigation', exact: true }).click();
  await member.getByRole('link', { name: 'Workflows', exact: true }).last().click();
  await expect(member).toHaveURL(/\/tickets\/workflow\/mine/);
  await expect(row(member, 'in-flight')).toHaveCount(1);

  await switchProcess(sysadmin, 'Host Application', 'Enable');
  await member.reload();
  await expect(bell(member)).toBeVisible();
  const number = await requestHost(member, { name: 'again-by-ticket' });
  await expectRow(member, number, { Status: 'Incomplete' });
});

/** Enable or Disable in Ticket Setup, with its question. */
async function switchProcess(page: Page, type: string, name: 'Enable' | 'Disable') {
  await page.goto('/settings/tickets');
  await expectRow(page, type, { Status: name === 'Enable' ? 'Disabled' : 'Enabled' });
  await rowAction(page, type, name);
  const dialog = page.getByRole('dialog', { name, exact: true });
  await expect(dialog).toContainText(type);
  await confirm(page, dialog);
  await expectRow(page, type, { Status: name === 'Enable' ? 'Enabled' : 'Disabled' });
}

/** Opens a dialog that is titled like its button. */
async function opened(page: Page, within: Locator, name: string): Promise<Locator> {
  await within.hover();
  await action(within, name).first().click();
  await expect(dialogOf(page, name)).toBeVisible();
  await hydrated(page);
  return dialogOf(page, name);
}

/** OK is refused: in the dialog, or without scripts on the page that is read anew and doesn't offer the dialog any more. */
async function refuses(page: Page, dialog: Locator, what: RegExp) {
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  if (scripts()) return expect(dialog.getByRole('alert')).toContainText(what);
  await expect(dialogOf(page, "That isn't possible")).toBeVisible();
  await expect(dialog).toHaveCount(0);
}

/** The entries of the bell's section New Ticket; none where there is no such section. */
async function offered(page: Page): Promise<string[]> {
  await bell(page).click();
  await expect(page.getByRole('list', { name: 'Workflows', exact: true })).toBeVisible();
  const names = await page.getByRole('list', { name: 'New Ticket', exact: true }).getByRole('link').allInnerTexts();
  await page.keyboard.press('Escape');
  return names.map((name) => name.trim());
}

/** Expects that no ticket of the type was ever made. */
async function expectNoTickets(sysadmin: Page, type: string) {
  await openTab(sysadmin, 'all', `?ticket_type=${type}`);
  await expect(sysadmin.getByRole('heading', { name: 'No ticket matches', exact: true })).toBeVisible();
}
