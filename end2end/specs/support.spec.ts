// Technical support from a first word to the end, and everything around it.
import { axe, expect, fitsPhone, scripts, signIn, test, type Page } from '../support/fixtures.ts';
import { action, bell, columns, confirm, expectListed, expectProblem, expectRow, fact, listed, row, rowAction, switchView } from '../support/pages.ts';
import { openSupport, openThread, reply, replyBox, requestDialog, requestSupport, status, take } from '../support/support.ts';

const entries = (page: Page) => page.getByRole('article');

test('a problem is asked, taken, answered, answered back and ended', async ({ page: member, as }) => {
  test.setTimeout(120_000);
  await signIn(member, 'member');
  await openSupport(member, 'mine', '?status=processing');
  await expect(member.getByRole('heading', { name: 'No ticket matches' })).toBeVisible();
  await openSupport(member, 'mine');
  await action(member.getByRole('main'), 'Request Technical Support').click();
  await expect(requestDialog(member).getByLabel('Level', { exact: true })).toHaveValue('minor');
  await axe(member);
  await fitsPhone(member);
  await requestDialog(member).getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(requestDialog(member).getByLabel('Problem description', { exact: true }), /required/i);
  await requestDialog(member).getByRole('button', { name: 'Cancel', exact: true }).click();
  const number = await requestSupport(member, 'The build **hangs**\nsince noon', 'Critical');
  expect(await columns(member)).toEqual(['ID', 'Priority', 'Problem Description', 'Status', 'Handler', 'Time Submitted', 'Time Closed', 'Actions']);
  await expectRow(member, number, { Priority: 'Critical', 'Problem Description': 'The build hangs', Status: 'Submitted', Handler: '-', 'Time Closed': '-' });
  await axe(member);
  await fitsPhone(member);

  const helpdesk = await as('helpdesk');
  await bell(helpdesk).click();
  const section = helpdesk.getByRole('list', { name: 'Technical Support', exact: true }).last();
  await expect(section.getByRole('listitem').filter({ hasText: 'Pending' })).toContainText(/[1-9]/);
  await section.getByRole('link', { name: 'Pending', exact: true }).click();
  await expect(helpdesk).toHaveURL(/\/tickets\/support\/pending/);
  await expectRow(helpdesk, number, { Initiator: 'member', Status: 'Submitted' });
  await axe(helpdesk);
  // Looking at it by its number changes nothing.
  await openThread(helpdesk, number);
  await expect(status(helpdesk)).toHaveText('Submitted');
  await expect(entries(helpdesk).locator('strong').filter({ hasText: 'hangs' })).toBeVisible();
  await take(helpdesk, number);
  await expect(status(helpdesk)).toHaveText('Processing');
  await expect(fact(helpdesk, 'Handler')).toHaveText('helpdesk');
  await reply(helpdesk, 'Which of them?');
  await expect(status(helpdesk)).toHaveText('Pending user feedback');
  await axe(helpdesk);
  await fitsPhone(helpdesk);
  await openSupport(helpdesk, 'resolved');
  await expectRow(helpdesk, number, { Status: 'Pending user feedback', Handler: 'helpdesk' });
  await openSupport(helpdesk, 'pending');
  await expect(row(helpdesk, number)).toHaveCount(0);

  await openSupport(member, 'mine');
  await rowAction(member, number, 'View');
  await expect(status(member)).toHaveText('Pending user feedback');
  await expect(entries(member)).toHaveText([/hangs/, /Which of them/]);
  await reply(member, 'The nightly one.');
  await expect(status(member)).toHaveText('Waiting for processing');
  await openSupport(helpdesk, 'pending');
  await expectRow(helpdesk, number, { Status: 'Waiting for processing' });

  await openSupport(member, 'mine');
  await rowAction(member, number, 'End');
  const end = member.getByRole('dialog', { name: 'End', exact: true });
  await expect(end.getByLabel('Resolved', { exact: true })).toHaveValue('yes');
  await axe(member);
  await fitsPhone(member);
  await end.getByLabel('Resolved', { exact: true }).selectOption('No');
  await end.getByLabel('Rating', { exact: true }).selectOption('4');
  await end.getByLabel('Comment', { exact: true }).fill('Found it myself.');
  await confirm(member, end);
  await expectRow(member, number, { Status: 'Closed', 'Time Closed': /now|ago|second/i });
  await openThread(member, number);
  await expect(fact(member, 'Resolved')).toHaveText('No');
  await expect(fact(member, 'Rating')).toHaveText('4 of 5');
  await expect(fact(member, 'Comment')).toHaveText('Found it myself.');
  await expect(member.getByRole('main')).toContainText('member ended this ticket: not resolved.');
  await expect(member.getByRole('main')).toContainText('takes no reply');
  await expect(action(member.getByRole('main'), 'Reply')).toHaveCount(0);
  await axe(member);

  await member.getByRole('link', { name: 'Request a follow-up', exact: true }).click();
  await expect(requestDialog(member)).toContainText(`#${number}`);
  await requestDialog(member).getByLabel('Problem description', { exact: true }).fill('It hangs again');
  await confirm(member, requestDialog(member));
  await row(member, 'It hangs again').getByRole('link', { name: /^\d+$/ }).click();
  await fact(member, 'Follow-up of').getByRole('link', { name: `#${number}`, exact: true }).click();
  await expect(member.getByRole('heading', { level: 1 })).toContainText(String(number));
  await expect(fact(member, 'Followed up by')).toContainText(/#\d+/);
});

test('a note stays a note through a preview and a refusal', async ({ page: helpdesk, as }) => {
  const member = await as('member');
  const number = await requestSupport(member, 'Who reads a note?');
  await signIn(helpdesk, 'helpdesk');
  await openThread(helpdesk, number);
  await action(helpdesk.getByRole('main'), 'Reply').click();
  const note = helpdesk.getByLabel('Internal note', { exact: true });
  await note.check();
  await helpdesk.getByRole('button', { name: 'Submit', exact: true }).click();
  await expectProblem(replyBox(helpdesk), /required/i);
  await expect(note, 'after a refusal').toBeChecked();
  await replyBox(helpdesk).fill('Among handlers');
  await helpdesk.getByRole('button', { name: 'Preview', exact: true }).click();
  await expect(helpdesk.getByRole('region', { name: 'Preview', exact: true })).toContainText('Among handlers');
  await expect(note, 'after a preview').toBeChecked();
  await helpdesk.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(entries(helpdesk).last()).toContainText('Among handlers');
  await openThread(member, number);
  await expect(member.getByRole('main')).not.toContainText('Among handlers');
});

test('the worst comes first, then the oldest', async ({ page: viewer, as }) => {
  await signIn(viewer, 'viewer');
  const numbers: number[] = [];
  for (const level of ['Moderate', 'Fatal', 'Moderate', 'Critical']) numbers.push(await requestSupport(viewer, `It is ${level} ${numbers.length}`, level));
  const [moderate, fatal, later, critical] = numbers as [number, number, number, number];
  const helpdesk = await as('helpdesk2');
  await openSupport(helpdesk, 'pending', '?initiator=viewer');
  expect(await listed(helpdesk)).toEqual([fatal, critical, moderate, later]);
  await openSupport(helpdesk, 'pending', '?initiator=viewer&priority=moderate');
  expect(await listed(helpdesk)).toEqual([moderate, later]);
  await openSupport(viewer, 'mine');
  await viewer.getByLabel('Text', { exact: true }).fill('is fatal');
  await viewer.getByRole('button', { name: 'Apply', exact: true }).click();
  await expectListed(viewer, [fatal]);
});

test('who sees which tabs and tickets', async ({ page: shopper, as, allow }) => {
  test.setTimeout(90_000);
  allow(404, 403);
  await signIn(shopper, 'shopper');
  const number = await requestSupport(shopper, 'Only for acme');
  const seen = async (page: Page) => (await page.goto(`/tickets/support/${number}`))?.status();
  const admin = await as('sysadmin');
  await openSupport(admin, 'mine');
  await expect(action(admin.getByRole('main'), 'Request Technical Support'), 'not in the System View').toHaveCount(0);
  await openSupport(admin, 'all');
  await expectRow(admin, number, { Initiator: 'shopper' });
  expect(await seen(admin)).toBe(200);
  const acme = await as('acmeadmin');
  await openSupport(acme, 'all');
  await expectRow(acme, number, { Initiator: 'shopper' });
  await switchView(acme, 'Project View: shop');
  await openSupport(acme, 'mine');
  await expect(acme.getByRole('navigation', { name: 'Technical Support' }).getByRole('link', { name: 'All Tickets' })).toHaveCount(0);
  await acme.goto('/tickets/support/all');
  await expect(acme.getByRole('main')).toContainText('Switch the view');
  const other = await as('domainadmin');
  await openSupport(other, 'all');
  await expect(row(other, number)).toHaveCount(0);
  expect(await seen(other)).toBe(404);
  const unknown = await other.getByRole('main').innerText();
  await other.goto('/tickets/support/99999999');
  expect(await other.getByRole('main').innerText(), 'the same as an unknown one').toBe(unknown);
});

test('a reply is previewed, and what it brings along does no harm', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestSupport(member, 'Look at this');
  await openThread(member, number);
  await action(member.getByRole('main'), 'Reply').click();
  await replyBox(member).fill('**bold** <img src=x onerror=alert(1)> [x](javascript:alert(1))');
  await member.getByRole('button', { name: 'Preview', exact: true }).click();
  const preview = member.getByRole('region', { name: 'Preview', exact: true });
  await expect(preview.locator('strong')).toHaveText('bold');
  await expect(preview.locator('img, [href^="javascript:"]')).toHaveCount(0);
  await expect(entries(member), 'nothing was sent').toHaveCount(1);
  await expect(replyBox(member), 'nor lost').toHaveValue(/onerror/);
  await axe(member);
  await fitsPhone(member);
  await replyBox(member).fill(`${'x'.repeat(4_000)}\n\n${'>'.repeat(200)} deep\n\n\`\`\`\n${'y'.repeat(2_000)}\n\`\`\``);
  await member.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(entries(member)).toHaveCount(2);
  await fitsPhone(member);

  const helpdesk = await as('helpdesk');
  await openThread(helpdesk, number);
  await action(helpdesk.getByRole('main'), 'Reply').click();
  await replyBox(helpdesk).fill('He always writes like that.');
  await helpdesk.getByLabel('Internal note', { exact: true }).check();
  await helpdesk.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(entries(helpdesk).last()).toContainText('internal note');
  await expect(status(helpdesk), 'a note changes no state').toHaveText('Submitted');
  await openThread(member, number);
  await expect(entries(member)).toHaveCount(2);
});

test('an entry has a link of its own', async ({ page: member }) => {
  await signIn(member, 'member');
  const number = await requestSupport(member, 'Link to this');
  await openThread(member, number);
  const href = await entries(member).first().getByRole('link', { name: 'Link to entry 1' }).getAttribute('href');
  await member.goto(href!);
  await expect(member.locator('li:target').getByRole('article')).toContainText('Link to this');
});

test.describe('closing by itself', () => {
  test.use({ serverEnv: { COUNTERSIGN_AUTO_CLOSE_AFTER: '5s' } });

  test('after the delay, and it says so in the thread', async ({ page: member, as }) => {
    await signIn(member, 'member');
    const number = await requestSupport(member, 'Soon over');
    const helpdesk = await as('helpdesk');
    await openThread(helpdesk, number);
    await reply(helpdesk, 'Is it?');
    await openThread(member, number);
    await expect(async () => {
      if (!scripts()) await member.reload();
      await expect(status(member)).toHaveText('Closed', { timeout: 700 });
    }).toPass({ timeout: 20_000 });
    await expect(member.getByRole('main')).toContainText('Closed by itself: no word from the requester for 5 seconds.');
    await expect(action(member.getByRole('main'), 'Reply')).toHaveCount(0);
  });
});
