// A thread with two people in it, and a draft that isn't lost.
import { expect, signIn, test } from '../support/fixtures.ts';
import { action, confirm } from '../support/pages.ts';
import { openSupport, openThread, reply, replyBox, requestDialog, requestSupport, status } from '../support/support.ts';

test('both see what the other writes, while they write', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestSupport(member, 'Two of us');
  await openThread(member, number);
  const helpdesk = await as('helpdesk');
  await openThread(helpdesk, number);
  await action(member.getByRole('main'), 'Reply').click();
  await replyBox(member).fill('I am just writ');
  await reply(helpdesk, 'A question');
  await expect(member.getByRole('article')).toHaveText([/Two of us/, /A question/]);
  await expect(status(member)).toHaveText('Pending user feedback');
  await expect(replyBox(member), 'what is typed stays').toHaveValue('I am just writ');
  await expect(replyBox(member), 'and the cursor in it').toBeFocused();
  await replyBox(member).press('End');
  await member.keyboard.type('ing.');
  await member.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(helpdesk.getByRole('article').last()).toContainText('I am just writing.');
  await expect(status(helpdesk)).toHaveText('Waiting for processing');
});

test('what one asks is kept as well until it is sent', async ({ page: member }) => {
  await signIn(member, 'member');
  await openSupport(member, 'mine', '?dialog=request');
  const description = requestDialog(member).getByLabel('Problem description', { exact: true });
  await description.fill('It began when');
  await member.keyboard.press('Escape');
  await expect(requestDialog(member)).toHaveCount(0);
  await member.reload();
  await action(member.locator('.page-header'), 'Request Technical Support').click();
  await expect(description).toHaveValue('It began when');
  await confirm(member, requestDialog(member));
  await openSupport(member, 'mine', '?dialog=request');
  await expect(description, 'sent, it is forgotten').toHaveValue('');
});

test('each sees when the other writes, and no longer than that', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestSupport(member, 'Are you there?');
  await openThread(member, number);
  const helpdesk = await as('helpdesk');
  await openThread(helpdesk, number);
  await action(helpdesk.getByRole('main'), 'Reply').click();
  await replyBox(helpdesk).pressSequentially('I am');
  await expect(member.getByText('A handler is writing\u2026', { exact: true })).toBeVisible();
  await expect(helpdesk.getByText('is writing'), 'nobody is told of themselves').toHaveCount(0);
  await helpdesk.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(member.getByRole('article').last()).toContainText('I am');
  await expect(member.getByText('is writing')).toHaveCount(0);
  await action(member.getByRole('main'), 'Reply').click();
  await replyBox(member).pressSequentially('Good');
  await expect(helpdesk.getByText('The requester is writing\u2026', { exact: true })).toBeVisible();
  // Somebody who stops isn't said to be writing for ever.
  await expect(helpdesk.getByText('is writing')).toHaveCount(0);
  // The requester isn't told that somebody writes an internal note.
  await action(helpdesk.getByRole('main'), 'Reply').click();
  await helpdesk.getByLabel('Internal note', { exact: true }).check();
  await replyBox(helpdesk).pressSequentially('Strange one');
  await helpdesk.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(helpdesk.getByRole('article').last()).toContainText('Strange one');
  await expect(member.getByText('is writing')).toHaveCount(0);
});

test('a note stays a note, and a level a level, until they are sent', async ({ page: helpdesk, as }) => {
  const member = await as('member');
  const number = await requestSupport(member, 'Who may read this?');
  await signIn(helpdesk, 'helpdesk');
  await openThread(helpdesk, number);
  const note = helpdesk.getByLabel('Internal note', { exact: true });
  const isKept = async (how: string) => {
    await expect(replyBox(helpdesk), how).toHaveValue('Not for the requester');
    await expect(note, how).toBeChecked();
  };
  await action(helpdesk.getByRole('main'), 'Reply').click();
  await replyBox(helpdesk).fill('Not for the requester');
  await note.check();
  await helpdesk.reload();
  await isKept('after a reload');
  await action(helpdesk.getByRole('main'), 'Close').click();
  await action(helpdesk.getByRole('main'), 'Reply').click();
  await isKept('after Close and Reply');
  // A reply of the requester at that moment offers to reload.
  await openThread(member, number);
  await reply(member, 'By the way');
  await helpdesk.getByRole('link', { name: 'Reload to see it', exact: true }).click();
  await isKept('after following the hint');
  await note.uncheck();
  await helpdesk.reload();
  await expect(replyBox(helpdesk)).toHaveValue('Not for the requester');
  await expect(note, 'taken back, it stays taken back').not.toBeChecked();
  await note.check();
  await helpdesk.reload();
  await isKept('after all');
  await helpdesk.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(helpdesk.getByRole('article').last()).toContainText('Not for the requester');
  await member.reload();
  await expect(member.getByRole('main')).not.toContainText('Not for the requester');
  await action(helpdesk.getByRole('main'), 'Reply').click();
  await expect(note, 'sent, it is forgotten').not.toBeChecked();

  const dialog = requestDialog(member);
  const level = dialog.getByLabel('Level', { exact: true });
  await openSupport(member, 'mine', '?dialog=request');
  await dialog.getByLabel('Problem description', { exact: true }).fill('All is lost');
  await level.selectOption('Fatal');
  await member.reload();
  await expect(dialog.getByLabel('Problem description', { exact: true })).toHaveValue('All is lost');
  await expect(level).toHaveValue('fatal');
});

test('a list follows what others do', async ({ page: viewer, as }) => {
  const helpdesk = await as('helpdesk2');
  await openSupport(helpdesk, 'pending', '?initiator=viewer');
  await expect(helpdesk.getByRole('table')).toHaveCount(0);
  await signIn(viewer, 'viewer');
  const number = await requestSupport(viewer, 'Appears by itself', 'Fatal');
  await expect(helpdesk.getByRole('link', { name: String(number), exact: true })).toBeVisible();
});

test('a draft survives a reload and a lost session', async ({ page: member, allow }) => {
  allow(401);
  await signIn(member, 'member');
  const number = await requestSupport(member, 'A long story');
  await openThread(member, number);
  await action(member.getByRole('main'), 'Reply').click();
  await replyBox(member).fill('Once upon a time');
  await member.reload();
  await expect(replyBox(member)).toHaveValue('Once upon a time');
  await member.context().clearCookies();
  await member.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(member.getByRole('main')).toContainText(/sign in/i);
  await signIn(member, 'member');
  await member.goto(`/tickets/support/${number}?reply=open`);
  await expect(replyBox(member)).toHaveValue('Once upon a time');
  await member.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(member.getByRole('article').last()).toContainText('Once upon a time');
  await action(member.getByRole('main'), 'Reply').click();
  await expect(replyBox(member), 'sent, it is forgotten').toHaveValue('');
});
