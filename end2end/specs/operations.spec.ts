// Operations on hosts that exist: by ticket where they are under approval, at once where they aren't.
import { expect, scripts, signIn, test, type Page } from '../support/fixtures.ts';
import {
  action, cell, confirm, decide, eventually, expectProblem, expectRow, fact, openDialog, openTab, openTicket, requestHost, row,
  rowAction, said, soon,
} from '../support/pages.ts';

/** A running host of web, asked for and passed. */
async function runningHost(member: Page, as: (user: string) => Promise<Page>, name: string, quantity = 1) {
  const number = await requestHost(member, { name, quantity });
  await decide(await as('owner'), number, 'Pass');
  await decide(await as('sysadmin'), number, 'Pass');
  const names = quantity === 1 ? [name] : Array.from({ length: quantity }, (_, at) => `${name}-${at + 1}`);
  // Each host is waited for: they are built by jobs of their own, which end in any order.
  for (const built of names) await expectStatus(member, built, 'Running');
}

async function expectStatus(page: Page, name: string, status: string) {
  await page.goto('/hosts');
  await eventually(page, async () => {
    await soon(await cell(page, name, 'Status')).toHaveText(status);
  });
}

/** Confirms the dialog, and returns the number of the ticket it made. */
async function sent(page: Page, dialog: ReturnType<Page['getByRole']>, resource: string): Promise<number> {
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await page.waitForURL('**/tickets/workflow/mine*');
  const line = page.getByRole('row').filter({ hasText: resource }).first();
  return Number(await line.getByRole('link', { name: /^\d+$/ }).textContent());
}

test('an adjustment shows before and after, and is made after the Pass', async ({ page: member, as }) => {
  await signIn(member, 'member');
  await runningHost(member, as, 'grow');
  await rowAction(member, 'grow', 'Adjust configuration');
  const dialog = member.getByRole('dialog', { name: 'Adjust configuration', exact: true });
  await expect(dialog).toContainText('grow in web');
  await expect(dialog.getByRole('region', { name: 'Approval' }), 'who could approve').toContainText('coowner, owner');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(dialog.getByLabel('Specification', { exact: true }), /already/);
  const line = dialog.getByRole('row').filter({ has: member.getByRole('rowheader', { name: 'grow', exact: true }) });
  const shows = (...cells: (string | RegExp)[]) => expect(line.getByRole('cell')).toHaveText(cells);
  const before = /: 1 vCPU, \d+ GiB; disks 30 GiB$/;
  await shows(before, before, '-');
  await dialog.getByLabel('Specification', { exact: true }).selectOption({ index: 2 });
  // With scripts at once, otherwise as soon as the page comes again.
  if (scripts()) await shows(before, /; disks 30 GiB$/, /^vCPU \+\d+, Memory \+\d+ GiB$/);
  await dialog.getByRole('button', { name: 'Add data disk', exact: true }).click();
  await expect(dialog.getByLabel('Data disk 1', { exact: true }), 'a row more keeps what was chosen').toBeVisible();
  await shows(before, /; disks 30 GiB$/, /^vCPU \+\d+, Memory \+\d+ GiB$/);
  await dialog.getByLabel('Data disk 1', { exact: true }).fill('7');
  if (scripts()) await shows(before, /; disks 30 \+ 7 GiB$/, /Storage \+7 GiB$/);
  await dialog.getByLabel('Reason', { exact: true }).fill('More load');
  const number = await sent(member, dialog, 'Host Adjustment Configuration');
  await expectRow(member, number, { Type: 'Host Adjustment Configuration', 'Resource Name': 'grow', Status: 'Incomplete' });

  // While the ticket waits, another one about this host is no use: the dialog says so, and so does its answer.
  await member.goto('/hosts');
  await rowAction(member, 'grow', 'Adjust configuration');
  await expect(dialog).toContainText(`grow already waits for ticket ${number}.`);
  await dialog.getByLabel('Specification', { exact: true }).selectOption({ index: 3 });
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(said(member, `grow already waits for ticket ${number}.`)).toBeVisible();
  await member.goto('/hosts');
  await member.getByRole('link', { name: 'grow', exact: true }).click();
  await member.getByRole('link', { name: `${number}, Host Adjustment Configuration`, exact: true }).click();
  await expect(member, 'its page leads to the ticket').toHaveURL(new RegExp(`/tickets/workflow/${number}$`));

  const owner = await as('owner');
  await openTicket(owner, number);
  const comparison = owner.getByRole('region', { name: 'Before and after' });
  await expect(comparison).toContainText('30 GiB');
  await expect(comparison).toContainText('30 + 7 GiB');
  await expect(comparison).toContainText('Storage +7 GiB');
  await decide(owner, number, 'Pass');
  await openTicket(member, number);
  await eventually(member, async () => {
    await soon(fact(member, 'Execution Result')).toHaveText('Succeeded');
  });
  for (const step of ['Stop', 'Resize', 'Attach disks', 'Start']) {
    await expect(member.getByRole('region', { name: 'Execution' })).toContainText(step);
  }
  await expectStatus(member, 'grow', 'Running');
  await expectRow(member, 'grow', { Disks: '30 + 7 GiB' });
});

test('a deletion of two goes to the trash, from where an owner restores one and clears the other', async ({ page: member, as }) => {
  await signIn(member, 'member');
  await runningHost(member, as, 'old', 2);
  for (const name of ['old-1', 'old-2']) await member.getByRole('checkbox', { name: `Select ${name}` }).check();
  await member.getByRole('button', { name: 'Delete selected', exact: true }).click();
  const dialog = member.getByRole('dialog', { name: 'Delete', exact: true });
  await expect(dialog).toContainText('2 hosts in web');
  await dialog.getByLabel('Reason', { exact: true }).fill('Not needed');
  const number = await sent(member, dialog, 'Host Deletion');
  const owner = await as('owner');
  await openTicket(owner, number);
  await expect(owner.getByRole('region', { name: 'Hosts to delete' })).toContainText('old-2');
  await decide(owner, number, 'Pass');
  await decide(await as('domainadmin'), number, 'Pass');
  await owner.goto('/trash');
  await eventually(owner, async () => {
    await soon(row(owner, 'old-1')).toHaveCount(1);
    await soon(row(owner, 'old-2')).toHaveCount(1);
  });
  await member.goto('/trash');
  await expect(row(member, 'old-1')).toHaveCount(1);
  await expect(action(row(member, 'old-1'), 'Restore'), 'for owners').toHaveCount(0);

  await rowAction(owner, 'old-1', 'Restore');
  await expect(said(owner, 'old-1 is being restored')).toBeVisible();
  await rowAction(owner, 'old-2', 'Clear');
  const clear = owner.getByRole('dialog', { name: 'Clear', exact: true });
  await expect(clear).toContainText('gone for good');
  await confirm(owner, clear);
  await eventually(owner, async () => {
    await soon(row(owner, 'old-1')).toHaveCount(0);
    await soon(row(owner, 'old-2')).toHaveCount(0);
  });
  await expectStatus(owner, 'old-1', 'Stopped');
  await expect(row(owner, 'old-2')).toHaveCount(0);
});

test('hosts of several sizes get none that nobody chose', async ({ page: owner }) => {
  await signIn(owner, 'owner');
  await owner.goto('/hosts');
  for (const name of ['ci-runner', 'frontend-1']) await owner.getByRole('checkbox', { name: `Select ${name}` }).check();
  await owner.getByRole('button', { name: 'Adjust selected', exact: true }).click();
  const dialog = owner.getByRole('dialog', { name: 'Adjust configuration', exact: true });
  const specification = dialog.getByLabel('Specification', { exact: true });
  await expect(specification).toHaveValue('');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(specification, /Choose one of the specifications/);
  await specification.selectOption({ index: 1 });
  await expect(specification).not.toHaveValue('');
});

test('a locked host is not deleted, and one can be stopped and started', async ({ page: member, as }) => {
  await signIn(member, 'member');
  await runningHost(member, as, 'precious');
  await rowAction(member, 'precious', 'Lock');
  await expect(said(member, 'precious is delete-locked')).toBeVisible();
  await row(member, 'precious').getByRole('link', { name: 'precious', exact: true }).click();
  await expect(fact(member, 'Delete-lock')).toHaveText('On');
  await action(member.getByRole('main'), 'Delete').click();
  const dialog = member.getByRole('dialog', { name: 'Delete', exact: true });
  await expect(dialog).toContainText('delete-locked');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('Unlock it first');
  await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
  await action(member.getByRole('main'), 'Unlock').click();
  await expect(fact(member, 'Delete-lock')).toHaveText('Off');
  await action(member.getByRole('main'), 'Stop').click();
  await eventually(member, async () => {
    await soon(fact(member, 'Status')).toHaveText('Stopped');
  });
  await action(member.getByRole('main'), 'Start').click();
  await eventually(member, async () => {
    await soon(fact(member, 'Status')).toHaveText('Running');
  });
});

test('an undecided ticket is amended, and an approver who had it open is told', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'amended', reason: 'First' });
  const owner = await as('owner');
  const dialog = await openDialog(owner, number, 'Pass');

  await openTicket(member, number);
  await action(member.getByRole('main'), 'Amend').click();
  await expect(member.getByRole('heading', { level: 1 })).toHaveText(`Amend ticket ${number}`);
  await expect(member.getByLabel('Name', { exact: true })).toHaveValue('amended');
  await expect(member.getByRole('textbox', { name: 'Reason' })).toHaveValue('First');
  await member.getByLabel('Quantity', { exact: true }).fill('2');
  await member.getByRole('textbox', { name: 'Reason' }).fill('Second');
  await member.getByRole('button', { name: 'Amend', exact: true }).click();
  await member.waitForURL(`**/tickets/workflow/${number}*`);
  await expect(said(member, `Ticket ${number} amended`)).toBeVisible();
  await expect(member.getByRole('region', { name: 'Request' })).toContainText('amended-1, amended-2');

  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(owner.getByRole('alert').or(owner.getByRole('dialog')).filter({ hasText: 'amended by member' }).first()).toBeVisible();
  await decide(owner, number, 'Pass');
  await openTicket(member, number);
  await expect(action(member.getByRole('main'), 'Amend'), 'decided').toHaveCount(0);
});

test.describe('where they are not under approval', () => {
  test('adjusting and deleting happen at once', async ({ page: member, as }) => {
    await signIn(member, 'member');
    await runningHost(member, as, 'direct');
    const sysadmin = await as('sysadmin');
    for (const type of ['Host Adjustment Configuration', 'Host Deletion']) {
      await sysadmin.goto('/settings/tickets');
      await rowAction(sysadmin, type, 'Disable');
      await confirm(sysadmin, sysadmin.getByRole('dialog', { name: 'Disable', exact: true }));
      await expectRow(sysadmin, type, { Status: 'Disabled' });
    }
    await member.goto('/hosts');
    const before = await (await cell(member, 'direct', 'Specification')).textContent();
    await rowAction(member, 'direct', 'Adjust configuration');
    const adjust = member.getByRole('dialog', { name: 'Adjust configuration', exact: true });
    await expect(adjust.getByRole('region', { name: 'Approval' })).toHaveCount(0);
    await adjust.getByLabel('Specification', { exact: true }).selectOption({ index: 1 });
    await adjust.getByRole('button', { name: 'OK', exact: true }).click();
    await expect(said(member, 'Changing the configuration of 1 host')).toBeVisible();
    await expectStatus(member, 'direct', 'Running');
    await expect(await cell(member, 'direct', 'Specification')).not.toHaveText(before!);
    await rowAction(member, 'direct', 'Delete');
    await member.getByRole('dialog', { name: 'Delete', exact: true }).getByRole('button', { name: 'OK', exact: true }).click();
    await expect(said(member, 'Deleting 1 host')).toBeVisible();
    await member.goto('/trash');
    await eventually(member, async () => {
      await soon(row(member, 'direct')).toHaveCount(1);
    });
    await openTab(member, 'mine');
    const tickets = member.getByRole('row').filter({ hasText: /Host (Deletion|Adjustment Configuration)/ });
    await expect(tickets.filter({ hasText: 'direct' }), 'no ticket was made of it').toHaveCount(0);
  });
});

test('a tick stays with its host, and nothing ticked is said so', async ({ page: owner, allow }) => {
  allow(409);
  await signIn(owner, 'owner');
  await owner.goto('/hosts');
  const boxes = owner.getByRole('checkbox', { name: /^Select / });
  const names = await boxes.evaluateAll((all) => all.map((box) => box.getAttribute('aria-label')!.replace('Select ', '')));
  expect(names.length).toBeGreaterThan(2);
  await owner.getByRole('button', { name: 'Delete selected', exact: true }).click();
  await expect(owner.getByRole('dialog')).toContainText('Select at least one host');
  await owner.goto('/hosts');
  const box = (name: string) => owner.getByRole('checkbox', { name: `Select ${name}`, exact: true });
  await box(names[0]!).check();
  // Another host comes to stand in its row.
  await owner.getByLabel('Name', { exact: true }).fill(names.at(-1)!);
  await owner.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(box(names[0]!)).toHaveCount(0);
  await expect(box(names.at(-1)!)).not.toBeChecked();
});
