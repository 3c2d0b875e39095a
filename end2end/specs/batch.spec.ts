// Several tickets decided at once in My Pending, and what is told of tickets that couldn't be decided.
import { axe, expect, fitsPhone, scripts, signIn, test, type Page } from '../support/fixtures.ts';
import { action, confirm, expectListed, expectRow, hostFormPresets, listed, openTab, openTicket, post, row, rowAction, said, seen } from '../support/pages.ts';

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });
const box = (page: Page, number: number) => page.getByRole('checkbox', { name: `Select ticket ${number}`, exact: true });

/** Asks for hosts of these names and returns the tickets' numbers. */
async function ask(page: Page, names: string[]): Promise<number[]> {
  const presets = await hostFormPresets(page);
  for (const name of names) {
    expect(JSON.stringify(await post(page, 'create-host', { ...presets, 'form[name]': name }))).toContain('"done"');
  }
  const numbers: number[] = [];
  for (const name of names) {
    await openTab(page, 'mine', `?resource=${name}`);
    numbers.push(Number(await row(page, name).getByRole('link', { name: /^\d+$/ }).textContent()));
  }
  return numbers;
}

/** Selects these tickets and opens the dialog that decides them. */
async function select(page: Page, numbers: number[], name: 'Pass selected' | 'Reject selected') {
  for (const number of numbers) await box(page, number).check();
  await action(page.getByRole('main'), name).click();
  await expect(dialog(page, name)).toBeVisible();
  return dialog(page, name);
}

test('what is selected is passed together, and the rest waits on', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const [first, second, third] = (await ask(member, ['together-1', 'together-2', 'together-3'])) as [number, number, number];
  const owner = await as('owner');
  await openTab(owner, 'pending', '?resource=together-');
  await fitsPhone(owner);
  await axe(owner);

  // Cancel changes nothing, not even the filter.
  const cancelled = await select(owner, [first], 'Reject selected');
  await expect(cancelled).toContainText('1 ticket: Host Application');
  await action(cancelled, 'Cancel').click();
  await expect(cancelled).toBeHidden();
  await expect(owner).toHaveURL(/pending\?resource=together-$/);

  await openTab(owner, 'pending', '?resource=together-');
  const asked = await select(owner, [first, second], 'Pass selected');
  await expect(asked.getByRole('list', { name: 'Selected tickets' }).getByRole('listitem')).toHaveText([/together-1 · 1 host, 1 vCPU for web · member/, /together-2/]);
  await axe(owner);
  await fitsPhone(owner);
  await asked.getByLabel('Note', { exact: true }).fill('For the campaign.');
  await confirm(owner, asked);
  await expect(said(owner, '2 of 2 tickets passed.')).toBeVisible();
  await expectListed(owner, [third]);
  await expect(box(owner, third)).not.toBeChecked();
  await openTab(member, 'mine', '?resource=together-');
  for (const number of [first, second]) await expectRow(member, number, { Stage: /2\/2/ });
  await expectRow(member, third, { Stage: /1\/2/ });
  await openTicket(member, first);
  await expect(member.getByText('For the campaign.')).toBeVisible();
});

test('what could not be decided is named with its reason, until it is read', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const numbers = await ask(member, ['partly-1', 'partly-2', 'partly-3']);
  const owner = await as('owner');
  await openTab(owner, 'pending', '?resource=partly-');
  const asked = await select(owner, numbers, 'Reject selected');
  // While the dialog is open somebody else passes the first, and the second is undone.
  const coowner = await as('coowner');
  await post(coowner, 'pass', { number: numbers[0]!, version: 1, seen: await seen(coowner, numbers[0]!), note: '', back: '' });
  await post(member, 'undo', { number: numbers[1]!, version: 1, reason: 'Not needed.', back: '' });
  await confirm(owner, asked);

  const told = dialog(owner, '1 of 3 tickets rejected.');
  await expect(told).toBeVisible();
  const reasons = told.getByRole('list', { name: 'Not decided' }).getByRole('listitem');
  await expect(reasons).toHaveCount(2);
  await expect(reasons.nth(0)).toHaveText(new RegExp(`^Ticket ${numbers[0]} was already passed .*by coowner on \\d{4}-`));
  await expect(reasons.nth(1)).toHaveText(new RegExp(`^Ticket ${numbers[1]} was already undone by member`));
  await axe(owner);
  await owner.reload();
  await expect(told, 'it stays').toBeVisible();
  await told.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(told).toBeHidden();
  await expect(owner).toHaveURL(/resource=partly-/);
  await expectListed(owner, []);
  await openTab(member, 'mine', '?resource=partly-3');
  await expectRow(member, numbers[2]!, { 'Process Result': 'Rejected' });
});

test('nothing selected, and a note that is too long', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const [number] = (await ask(member, ['lonely'])) as [number];
  const owner = await as('owner');
  await openTab(owner, 'pending', '?resource=lonely');
  await action(owner.getByRole('main'), 'Pass selected').click();
  await expect(owner.getByRole('dialog')).toContainText('Nothing is selected');
  await owner.getByRole('dialog').getByRole('button', { name: 'OK', exact: true }).click();
  await expect(owner.getByRole('dialog')).toBeHidden();

  const asked = await select(owner, [number], 'Reject selected');
  const note = asked.getByLabel('Note', { exact: true });
  const long = 'word '.repeat(401);
  await note.fill(long);
  await asked.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(note).toHaveAttribute('aria-invalid', 'true');
  await expect(note).toHaveAccessibleDescription(/2,?000/);
  await expect(note, 'what was typed stays').toHaveValue(long);
  await note.fill('Short.');
  await confirm(owner, asked);
  await expectListed(owner, []);
});

test('tickets of several types are not decided together', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const [number] = (await ask(member, ['of-two-types'])) as [number];
  await member.goto('/hosts');
  await rowAction(member, 'ci-runner', 'Delete');
  await confirm(member, dialog(member, 'Delete'));
  await openTab(member, 'mine', '?ticket_type=apply-server-delete&resource=ci-runner&status=incomplete');
  const deletion = (await listed(member))[0]!;

  const owner = await as('owner');
  await openTab(owner, 'pending');
  await box(owner, number).check();
  await box(owner, deletion).check();
  if (scripts()) {
    const state = owner.getByRole('main').getByRole('status').filter({ hasText: '2 selected' });
    await expect(state).toHaveText('2 selected, of several types: only tickets of one type are decided together.');
    await box(owner, deletion).uncheck();
    await expect(owner.getByRole('main').getByRole('status').filter({ hasText: 'selected' })).toHaveText('1 selected');
    await box(owner, deletion).check();
  }
  await action(owner.getByRole('main'), 'Reject selected').click();
  await expect(owner.getByRole('dialog')).toContainText('Tickets of one type are decided together; these are of several:');
  await openTab(owner, 'pending');
  for (const waiting of [number, deletion]) await expect(row(owner, waiting)).toHaveCount(1);
  await post(member, 'undo', { number: deletion, version: 1, reason: 'Not needed.', back: '' });
});

test('only My Pending has boxes, and what is not mine to decide is not decided', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const [number] = (await ask(member, ['not-yours'])) as [number];
  await openTab(member, 'mine');
  await expect(member.getByRole('checkbox', { name: /^Select/ })).toHaveCount(0);
  await expect(action(member.getByRole('main'), 'Pass selected')).toHaveCount(0);
  const form = { verdict: 'pass', 'tickets[0][number]': number, 'tickets[0][version]': 1, 'tickets[0][seen]': await seen(member, number), note: '', back: '' };
  for (const user of ['member', 'shopowner']) {
    const other = user === 'member' ? member : await as(user);
    expect(JSON.stringify(await post(other, 'decide-batch', form)), user).toContain('0 of 1 ticket passed.');
    // The dialog shows nothing of the ticket.
    await other.goto(`/tickets/workflow/pending?selected=${number}&dialog=pass-selected`);
    await expect(other.getByRole('dialog')).toContainText('None of the selected tickets waits for you');
    await expect(other.getByRole('dialog')).not.toContainText('not-yours');
  }
  await openTab(member, 'mine', '?resource=not-yours');
  await expectRow(member, number, { Status: 'Incomplete', Stage: /1\/2/ });
});

test('a tick stays with its ticket', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const [first, second, third] = (await ask(member, ['stays-1', 'stays-2', 'stays-3'])) as [number, number, number];
  const owner = await as('owner');
  await openTab(owner, 'pending', '?resource=stays-');
  // The upper two are decided, so the third comes to stand in a row that was ticked.
  await confirm(owner, await select(owner, [third, second], 'Pass selected'));
  await expectListed(owner, [first]);
  await expect(box(owner, first)).not.toBeChecked();
  await expect(owner.getByRole('status').filter({ hasText: /\d selected/ })).toHaveCount(0);
});
