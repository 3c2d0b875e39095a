// A process that isn't enabled: the operation runs at once, without a ticket.
import { expect, signIn, test } from '../support/fixtures.ts';
import {
  action, bell, confirm, decide, eventually, expectRow, listed, openTab, requestHost, row, rowAction, said, sendHostForm, soon,
} from '../support/pages.ts';
import type { Page } from '@playwright/test';

test.describe.configure({ mode: 'serial' });

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
