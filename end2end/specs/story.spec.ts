// The main job, end to end: a host request becomes a host.
import { expect, fillSignIn, signIn, test } from '../support/fixtures.ts';
import {
  bellCounts, confirm, decide, eventually, expectBell, expectRow, fact, listed, openDialog, openTab, openTicket, requestHost, row, said, soon, type Tab,
} from '../support/pages.ts';
import type { Page } from '@playwright/test';

test('a host request becomes a host', async ({ page: member, as }) => {
  test.setTimeout(180_000);
  await member.goto('/login');
  await fillSignIn(member, 'member');
  await expect(member.getByRole('heading', { level: 1, name: 'Hosts', exact: true })).toBeVisible();
  const owner = await as('owner');
  const coowner = await as('coowner');
  const sysadmin = await as('sysadmin');
  const deputy = await as('deputy');
  const before = {
    member: await bellCounts(member),
    owner: await bellCounts(owner),
    coowner: await bellCounts(coowner),
    sysadmin: await bellCounts(sysadmin),
    deputy: await bellCounts(deputy),
  };

  // A name is enough.
  const number = await requestHost(member, { name: 'story' });
  await expect(said(member, `${number}`)).toBeVisible();
  await expectRow(member, number, {
    Type: 'Host Application', 'Resource Name': 'story', Project: 'web', Status: 'Incomplete', 'Process Result': '-',
    'Execution Result': '-', Stage: 'Leadership Approval 1/2', Processor: /^(owner, coowner|coowner, owner)$/, 'Time Closed': '-',
  });
  expect((await listed(member))[0], 'the newest stands first').toBe(number);
  await member.goto('/hosts');
  await expect(row(member, 'story')).toHaveCount(0);

  await member.reload();
  await expectBell(member, { mine: before.member.mine + 1, pending: before.member.pending });
  for (const [who, was] of [[owner, before.owner], [coowner, before.coowner]] as const) {
    await who.reload();
    await expectBell(who, { mine: was.mine, pending: was.pending + 1 });
  }
  await sysadmin.reload();
  await expectBell(sysadmin, before.sysadmin, 'the second link is not open yet');
  await expectOn(sysadmin, number, ['all']);

  // Link 1
  await openTab(owner, 'pending');
  await expectRow(owner, number, { Initiator: 'member', 'Resource Name': 'story', Status: 'Incomplete' });
  const dialog = await openDialog(owner, number, 'Pass');
  await dialog.getByLabel('Note', { exact: true }).fill('Fine for the spring campaign.');
  await confirm(owner, dialog);
  await expect(said(owner, `Ticket ${number} passed`)).toBeVisible();
  await expect(row(owner, number)).toHaveCount(0);
  await expectBell(owner, before.owner);
  await coowner.reload();
  await expectBell(coowner, before.coowner, 'one decision decides a link');
  for (const [who, was] of [[sysadmin, before.sysadmin], [deputy, before.deputy]] as const) {
    await who.reload();
    await expectBell(who, { mine: was.mine, pending: was.pending + 1 });
  }
  await openTab(member, 'mine');
  await expectRow(member, number, {
    Status: 'Incomplete', Stage: 'System Administrator Approval 2/2', Processor: /^(sysadmin, deputy|deputy, sysadmin)$/,
  });

  // Link 2
  await decide(sysadmin, number, 'Pass');
  await member.goto('/tickets/workflow/mine');
  await eventually(member, async () => {
    await soon(row(member, number)).toContainText('Completed');
  });
  await expectRow(member, number, {
    Status: 'Completed', 'Process Result': 'Approved', 'Execution Result': 'Succeeded', Processor: 'sysadmin', 'Time Closed': /\S{2,}/,
  });
  // The ticket may have been completed while this very page was put together, after its bell was counted.
  await member.reload();
  await expectBell(member, before.member);
  await member.goto('/hosts');
  await expectRow(member, 'story', { Status: 'Running' });

  // The tabs on which the ticket is found afterwards
  await expectOn(member, number, ['mine']);
  await expectOn(owner, number, ['resolved']);
  await expectOn(coowner, number, ['involved']);
  await expectOn(sysadmin, number, ['resolved', 'all']);
  await expectOn(deputy, number, ['involved', 'all']);

  // The ticket's page
  await openTicket(member, number);
  await expect(fact(member, 'Status')).toHaveText('Completed');
  await expect(member.getByText('Fine for the spring campaign.')).toBeVisible();
  const stages = member.getByRole('list').filter({ has: member.getByText('Leadership Approval') }).first();
  await expect(stages.getByRole('listitem')).toHaveCount(4);
  await expect(stages).toContainText(/Submit.*Leadership Approval.*System Administrator Approval.*Execution/s);
});

test('the deputy may pass the second link as well', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'by-deputy' });
  await decide(await as('coowner'), number, 'Pass');
  await decide(await as('deputy'), number, 'Pass');
  await member.goto('/hosts');
  await eventually(member, async () => {
    await soon(row(member, 'by-deputy')).toContainText('Running');
  });
});

/** Expects that these are exactly the tabs on which the person finds the ticket. */
async function expectOn(page: Page, number: number, tabs: Tab[]) {
  const nav = page.getByRole('navigation', { name: 'Workflows' });
  await openTab(page, 'mine');
  const hasAll = (await nav.getByRole('link', { name: 'All Tickets', exact: true }).count()) > 0;
  for (const tab of ['mine', 'pending', 'resolved', 'involved', ...(hasAll ? ['all'] : [])] as Tab[]) {
    await openTab(page, tab);
    await expect(row(page, number), `ticket ${number} on ${tab}`).toHaveCount(tabs.includes(tab) ? 1 : 0);
  }
  expect(hasAll, 'All Tickets is for the System View').toBe(tabs.includes('all'));
}
