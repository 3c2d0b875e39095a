// Reject, Undo, decisions that come too late, and those that nobody may take.
import { axe, expect, fitsPhone, scripts, signIn, test } from '../support/fixtures.ts';
import {
  action, confirm, decide, expectProblem, expectRow, openDialog, openTab, openTicket, post, requestHost, row, said, seen,
} from '../support/pages.ts';

test('a rejection at the second link ends the ticket, and its note is told', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'rejected' });
  await decide(await as('owner'), number, 'Pass', 'Fine with me.');
  const sysadmin = await as('sysadmin');
  await decide(sysadmin, number, 'Reject', 'No room in this rack.');

  await openTab(member, 'mine');
  await expectRow(member, number, {
    Status: 'Completed', 'Process Result': 'Rejected', 'Execution Result': '-', Processor: 'sysadmin', 'Time Closed': /\S{2,}/,
  });
  await expect(action(row(member, number), 'Undo')).toHaveCount(0);
  await member.goto('/hosts');
  await expect(row(member, 'rejected')).toHaveCount(0);

  await openTicket(member, number);
  const record = (text: string) => member.getByRole('listitem').filter({ hasText: text });
  await expect(record('No room in this rack.')).toContainText('sysadmin');
  await expect(record('No room in this rack.')).toContainText('System Administrator Approval');
  await expect(record('Fine with me.')).toContainText('owner');
  await openTab(sysadmin, 'resolved');
  await expect(row(sysadmin, number)).toHaveCount(1);
});

test('a dialog says what it will do, and the ticket who is to follow', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'told', quantity: 2, reason: 'For the launch.' });
  await openTicket(member, number);
  const stages = member.getByRole('region', { name: 'Stages', exact: true }).getByRole('listitem');
  await expect(stages.nth(1)).toContainText('coowner, owner');
  await expect(stages.nth(2), 'names, not the rule').toContainText('deputy, sysadmin');
  await expect(stages.nth(2)).not.toContainText('@');

  const owner = await as('owner');
  const pass = await openDialog(owner, number, 'Pass');
  await expect(pass).toContainText(`#${number} of member. Pass: 2 hosts, 2 vCPU for web. Next: System Administrator Approval.`);
  await expect(pass).toContainText('told-1, told-2 · ');
  await expect(pass).toContainText('1 vCPU, ');
  await expect(pass).toContainText('Reason: For the launch.');
  await axe(owner);
  await fitsPhone(owner);
  const reject = await openDialog(owner, number, 'Reject');
  await expect(reject).toContainText("Reject: the ticket ends, and this isn't done: 2 hosts, 2 vCPU for web.");
});

test('undo needs a reason', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'undone' });
  const owner = await as('owner');
  await openTab(owner, 'pending');
  await expect(row(owner, number)).toHaveCount(1);

  const dialog = await openDialog(member, number, 'Undo');
  const reason = dialog.getByLabel('Reason', { exact: true });
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog).toBeVisible();
  await expectProblem(reason, /required/i);

  // Too long a text is refused as well, and stays to be shortened.
  const long = 'word '.repeat(401);
  await reason.fill(long);
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(reason, /2,?000/);
  await expect(reason).toHaveValue(long);

  await reason.fill('Asked for the wrong size.');
  await confirm(member, dialog);
  await expect(said(member, `Ticket ${number} undone`)).toBeVisible();
  await openTab(member, 'mine');
  await expectRow(member, number, { Status: 'Canceled', 'Process Result': '-', 'Execution Result': '-', 'Time Closed': /\S{2,}/ });
  await expect(action(row(member, number), 'Undo')).toHaveCount(0);
  await openTicket(member, number);
  await expect(member.getByRole('listitem').filter({ hasText: 'Asked for the wrong size.' })).toContainText('member');

  await openTab(owner, 'pending');
  await expect(row(owner, number)).toHaveCount(0);
  await openTab(owner, 'involved');
  await expect(row(owner, number)).toHaveCount(1);
});

test('Cancel changes nothing', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'kept' });
  const owner = await as('owner');
  const dialog = await openDialog(owner, number, 'Reject');
  await action(dialog, 'Cancel').click();
  await expect(dialog).toBeHidden();
  await openTab(owner, 'pending');
  await expectRow(owner, number, { Status: 'Incomplete' });
});

for (const [first, second] of [['Pass', 'Pass'], ['Reject', 'Pass'], ['Pass', 'Reject']] as const) {
  test(`two at once: after ${first}, ${second} is told who decided and when`, async ({ page: member, as }) => {
    await signIn(member, 'member');
    const number = await requestHost(member, { name: `twice-${first}-${second}`.toLowerCase() });
    const owner = await as('owner');
    const coowner = await as('coowner');
    const hers = await openDialog(owner, number, first);
    const his = await openDialog(coowner, number, second);
    await confirm(owner, hers);
    await his.getByLabel('Note', { exact: true }).fill('My own opinion.');
    await his.getByRole('button', { name: 'OK', exact: true }).click();

    const done = first === 'Pass' ? 'passed' : 'rejected';
    const told = said(coowner, new RegExp(`Ticket ${number} .*${done}.*owner`));
    await expect(told).toBeVisible();
    await expect(told).not.toContainText('coowner');
    const year = new Date().getUTCFullYear();
    // In the reader's zone, or with the zone that it is in.
    const zone = scripts() ? 'UTC\\+05:30' : 'UTC\\.';
    await expect(told, 'when it was decided').toContainText(new RegExp(`${year}.*\\d{1,2}:\\d{2}:\\d{2} ${zone}`));

    // One decision counted.
    await openTicket(member, number);
    await expect(member.getByText('My own opinion.')).toHaveCount(0);
    await openTab(member, 'mine');
    await expectRow(member, number, first === 'Pass' ? { Stage: /2\/2/ } : { 'Process Result': 'Rejected' });
    await openTab(coowner, 'involved');
    await expect(row(coowner, number)).toHaveCount(1);
    await openTab(coowner, 'resolved');
    await expect(row(coowner, number)).toHaveCount(0);
  });
}

test('who asks does not approve, whatever the role', async ({ page: owner, as, allow }) => {
  // The page whose address opens the dialog.
  allow(403);
  await signIn(owner, 'owner');
  const number = await requestHost(owner, { name: 'own' });
  await expectRow(owner, number, { Processor: 'coowner' });
  await openTab(owner, 'pending');
  await expect(row(owner, number)).toHaveCount(0);
  await openTicket(owner, number);
  await expect(owner.getByRole('main').getByRole('link', { name: /^Pass/ })).toHaveCount(0);
  await expect(owner.getByRole('main').getByRole('button', { name: /^Pass/ })).toHaveCount(0);

  // The dialog's address says so at once.
  await owner.goto(`/tickets/workflow/${number}?dialog=pass`);
  await expect(owner.getByRole('dialog')).toContainText("You can't decide on your own ticket");
  await expect(owner.getByRole('dialog').getByLabel('Note', { exact: true })).toHaveCount(0);

  // Past the page, too. The same form is good in the right hands, so it is the hands that are refused.
  const coowner = await as('coowner');
  const form = { number, version: 1, seen: await seen(coowner, number), note: '', back: '' };
  const refused = await post(owner, 'pass', form);
  expect(JSON.stringify(refused)).toContain('own ticket');
  const member = await as('member');
  expect(JSON.stringify(await post(member, 'pass', form)), 'a stranger learns nothing').toContain('not_found');
  await openTab(owner, 'mine');
  await expectRow(owner, number, { Status: 'Incomplete', Stage: /1\/2/ });
  expect(JSON.stringify(await post(coowner, 'pass', form))).toContain('"done"');
  await openTab(owner, 'mine');
  await expectRow(owner, number, { Status: 'Incomplete', Stage: /2\/2/ });
});

test('only the initiator may undo, and nobody else sees the ticket', async ({ page: member, as, allow }) => {
  allow(404);
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'mine-alone' });
  const form = { number, version: 1, reason: 'Out of spite.', back: '' };
  expect(JSON.stringify(await post(await as('owner'), 'undo', form))).toContain('forbidden');
  expect(JSON.stringify(await post(await as('shopper'), 'undo', form))).toContain('not_found');
  await openTab(member, 'mine');
  await expectRow(member, number, { Status: 'Incomplete' });
});
