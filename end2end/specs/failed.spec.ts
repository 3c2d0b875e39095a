// An execution that fails: the ticket says why and offers Retry and Abandon.
import { expect, signIn, test } from '../support/fixtures.ts';
import {
  action, confirm, decide, eventually, expectProblem, expectRow, fact, openTab, openTicket, post, requestHost, row, said, soon,
} from '../support/pages.ts';
import type { Page } from '@playwright/test';

async function failedTicket(member: Page, as: (user: string) => Promise<Page>, name: string): Promise<number> {
  const number = await requestHost(member, { name });
  await decide(await as('owner'), number, 'Pass');
  await decide(await as('sysadmin'), number, 'Pass');
  await openTicket(member, number);
  await eventually(member, async () => {
    await soon(fact(member, 'Execution Result')).toHaveText('Failed');
  });
  return number;
}

test.describe('when the machine does not come up once', () => {
  test.use({ serverEnv: { COUNTERSIGN_INVENTORY_FAULTS: 'boot:1' } });

  test('a failed execution shows its reason, and Retry carries on', async ({ page: member, as }) => {
    await signIn(member, 'member');
    const number = await failedTicket(member, as, 'second-try');
    await expect(fact(member, 'Status')).toHaveText('Incomplete');
    await expect(fact(member, 'Process Result')).toHaveText('Approved');
    await expect(member.getByRole('main')).toContainText('The machine did not come up');
    await openTab(member, 'mine');
    await expectRow(member, number, { Status: 'Incomplete', 'Process Result': 'Approved', 'Execution Result': 'Failed' });
    await expect(action(row(member, number), 'Undo'), 'an execution is not undone').toHaveCount(0);

    // Not everybody may retry.
    expect(JSON.stringify(await post(await as('owner'), 'retry', { number, version: 4, back: '' }))).toContain('forbidden');

    await openTicket(member, number);
    await retry(member, number);
    await member.goto(`/tickets/workflow/${number}`);
    await eventually(member, async () => {
      await soon(fact(member, 'Execution Result')).toHaveText('Succeeded');
    });
    await expect(fact(member, 'Status')).toHaveText('Completed');
    await expect(action(member.getByRole('main'), 'Retry')).toHaveCount(0);
    await member.goto('/hosts');
    await expectRow(member, 'second-try', { Status: 'Running' });
  });
});

test.describe('when the disks can not be made', () => {
  test.use({ serverEnv: { COUNTERSIGN_INVENTORY_FAULTS: 'disks:1' } });

  test('Abandon needs a reason and cancels the ticket', async ({ page: member, as }) => {
    await signIn(member, 'member');
    const number = await failedTicket(member, as, 'given-up');
    await expect(member.getByRole('main')).toContainText('The storage pool did not answer');
    await action(member.getByRole('main'), 'Abandon').click();
    const dialog = member.getByRole('dialog', { name: 'Abandon', exact: true });
    await dialog.getByRole('button', { name: 'OK', exact: true }).click();
    await expectProblem(dialog.getByLabel('Reason', { exact: true }), /required/i);
    await dialog.getByLabel('Reason', { exact: true }).fill('Bought one instead.');
    await confirm(member, dialog);
    await openTicket(member, number);
    await expect(fact(member, 'Status')).toHaveText('Canceled');
    await expect(fact(member, 'Execution Result')).toHaveText('Failed');
    await expect(member.getByRole('listitem').filter({ hasText: 'Bought one instead.' })).toContainText('member');
    await expect(action(member.getByRole('main'), 'Abandon')).toHaveCount(0);
    await expect(action(member.getByRole('main'), 'Retry')).toHaveCount(0);
    await member.goto('/hosts');
    await expect(row(member, 'given-up').filter({ hasText: 'Running' })).toHaveCount(0);
  });
});

test.describe('when the machine does not come up twice', () => {
  test.use({ serverEnv: { COUNTERSIGN_INVENTORY_FAULTS: 'boot:2' } });

  test('an administrator in the System View may retry for the initiator', async ({ page: member, as }) => {
    await signIn(member, 'member');
    const number = await failedTicket(member, as, 'helped');
    const deputy = await as('deputy');
    await openTicket(deputy, number);
    await retry(deputy, number);
    await deputy.goto(`/tickets/workflow/${number}`);
    await eventually(deputy, async () => {
      await soon(deputy.getByRole('listitem').filter({ hasText: 'The machine did not come up' })).toHaveCount(2);
    });
    await expect(fact(deputy, 'Execution Result')).toHaveText('Failed');
    await retry(deputy, number);
    await member.goto('/hosts');
    await eventually(member, async () => {
      await soon(row(member, 'helped')).toContainText('Running');
    });
  });
});

/** Presses Retry on the ticket's page, and waits until the server took it. */
async function retry(page: Page, number: number) {
  await action(page.getByRole('main'), 'Retry').click();
  await expect(said(page, `Ticket ${number} is being carried out again`)).toBeVisible();
}
