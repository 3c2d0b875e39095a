// Canned replies: written for a project, chosen above a reply, changed before it is sent.
import { axe, expect, fitsPhone, scripts, signIn, test } from '../support/fixtures.ts';
import { action, confirm, expectProblem, row, rowAction, switchView } from '../support/pages.ts';
import { openSupport, openThread, replyBox, requestSupport, take } from '../support/support.ts';

test('a canned reply is written, used, changed and deleted', async ({ page: helpdesk, as }) => {
  test.setTimeout(120_000);
  await signIn(helpdesk, 'helpdesk');
  await switchView(helpdesk, 'Project View: web');
  await openSupport(helpdesk, 'pending');
  await action(helpdesk.getByRole('main'), 'Canned Replies').click();
  await expect(helpdesk.getByRole('heading', { level: 1 })).toHaveText('Canned Replies');
  await axe(helpdesk);
  await fitsPhone(helpdesk);
  const create = helpdesk.getByRole('dialog', { name: 'New Canned Reply', exact: true });
  await action(helpdesk.locator('.page-header'), 'New Canned Reply').click();
  await expect(create).toBeVisible();
  await axe(helpdesk);
  await fitsPhone(helpdesk);
  await create.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(create.getByLabel('Title', { exact: true }), /required/);
  await expectProblem(create.getByLabel('Text', { exact: true }), /required/);
  await create.getByLabel('Title', { exact: true }).fill('Restarted');
  await create.getByLabel('Text', { exact: true }).fill('Dear {requester}, it was restarted ({ticket}). {handler}');
  await confirm(helpdesk, create);
  await expect(row(helpdesk, 'Restarted')).toContainText('web');

  const member = await as('member');
  const number = await requestSupport(member, 'It hangs again');
  await take(helpdesk, number);
  await action(helpdesk.getByRole('main'), 'Reply').click();
  if (scripts()) await replyBox(helpdesk).fill('Hello!');
  await helpdesk.getByLabel('Canned reply', { exact: true }).selectOption('Restarted');
  await helpdesk.getByRole('button', { name: 'Insert', exact: true }).click();
  const text = `Dear member, it was restarted (#${number}). helpdesk`;
  await expect(replyBox(helpdesk)).toHaveValue(scripts() ? `Hello!\n\n${text}` : text);
  await axe(helpdesk);
  await fitsPhone(helpdesk);
  await helpdesk.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(helpdesk.getByRole('article').last()).toContainText(text);
  // The requester has no canned replies to choose from.
  await openThread(member, number);
  await action(member.getByRole('main'), 'Reply').click();
  await expect(replyBox(member)).toBeVisible();
  await expect(member.getByLabel('Canned reply', { exact: true })).toHaveCount(0);

  await helpdesk.goto('/tickets/support/replies');
  await rowAction(helpdesk, 'Restarted', 'Edit');
  const edit = helpdesk.getByRole('dialog', { name: 'Edit', exact: true });
  await expect(edit.getByLabel('Title', { exact: true })).toHaveValue('Restarted');
  await edit.getByLabel('Title', { exact: true }).fill('Rebooted');
  await confirm(helpdesk, edit);
  await expect(row(helpdesk, 'Rebooted')).toHaveCount(1);
  await rowAction(helpdesk, 'Rebooted', 'Delete');
  const remove = helpdesk.getByRole('dialog', { name: 'Delete', exact: true });
  await axe(helpdesk);
  await confirm(helpdesk, remove);
  await expect(row(helpdesk, 'Rebooted')).toHaveCount(0);
});

test('who writes none is told where they belong', async ({ page: member, allow }) => {
  allow(403);
  await signIn(member, 'member');
  await openSupport(member, 'mine');
  await expect(action(member.getByRole('main'), 'Canned Replies')).toHaveCount(0);
  await member.goto('/tickets/support/replies');
  await expect(member.getByRole('main')).toContainText('support people and administrators');
});
