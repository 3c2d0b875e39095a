// A page goes on acting for the person it was made for: what it sends is refused once somebody else has signed in beside it.
import { expect, scripts, signIn, test, type Page } from '../support/fixtures.ts';
import { action, openDialog, openTicket, requestHost, said, sendHostForm } from '../support/pages.ts';
import { openThread, replyBox, requestSupport } from '../support/support.ts';

/** Somebody else signs in in another tab of the same browser, as people do who hand over a desk. */
async function signInBeside(page: Page, user: string) {
  const tab = await page.context().newPage();
  await tab.goto('/hosts');
  await action(tab.getByRole('banner'), 'owner').or(action(tab.getByRole('banner'), 'member')).first().click();
  await action(tab, 'Sign out').click();
  await expect(tab).toHaveURL(/\/login/);
  await signIn(tab, user);
  await tab.close();
}

/** The refusal names the person who is signed in now. */
const refusal = (page: Page, now: string) => said(page, `opened by another person, and ${now} has signed in`);

test.beforeEach(({ allow }) => {
  // Reads of the earlier person's page that come meanwhile are refused.
  allow(401);
  allow(404);
});

test('a decision is not recorded in the name of whoever signed in later', async ({ page: owner, as }) => {
  const member = await as('member');
  const number = await requestHost(member, { name: 'whose-pass' });
  await signIn(owner, 'owner');
  const pass = await openDialog(owner, number, 'Pass');
  await pass.getByLabel('Note', { exact: true }).fill('Owner thinks it is fine.');
  await signInBeside(owner, 'coowner');
  await pass.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(refusal(owner, 'coowner')).toBeVisible();
  await expect(pass.getByLabel('Note', { exact: true }), 'what was typed stays').toHaveValue('Owner thinks it is fine.');
  await openTicket(member, number);
  await expect(member.getByRole('main')).not.toContainText('Owner thinks it is fine.');

  // The page opened anew is coowner's, and acts for them.
  await openDialog(owner, number, 'Pass');
  await pass.getByLabel('Note', { exact: true }).fill('Coowner thinks so too.');
  await pass.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(pass).toBeHidden();
  await openTicket(member, number);
  const record = member.getByRole('listitem').filter({ hasText: 'Coowner thinks so too.' });
  await expect(record).toContainText('coowner');
});

test('a reply is not said by whoever signed in later', async ({ page: member, as }) => {
  await signIn(member, 'member');
  const number = await requestSupport(member, 'Whose words are these?');
  await openThread(member, number);
  await action(member.getByRole('main'), 'Reply').click();
  await replyBox(member).fill('Member speaks.');
  await signInBeside(member, 'helpdesk');
  await member.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(refusal(member, 'helpdesk')).toBeVisible();
  await expect(replyBox(member)).toHaveValue('Member speaks.');
  const other = await as('helpdesk2');
  await openThread(other, number);
  await expect(other.getByRole('article')).toHaveCount(1);
  if (!scripts()) return;
  // The words were member's draft: helpdesk, who uses the browser now, doesn't get them.
  await member.goto(`/tickets/support/${number}?reply=open`);
  await expect(replyBox(member)).toHaveValue('');
});

test('a host is not asked for by whoever signed in later', async ({ page: member, as }) => {
  await signIn(member, 'member');
  await member.goto('/hosts/new');
  await member.getByLabel('Name', { exact: true }).fill('whose-host');
  await member.getByLabel('Reason', { exact: true }).fill('Member wants it.');
  await signInBeside(member, 'owner');
  await member.getByRole('button', { name: 'Submit Ticket', exact: true }).click();
  await expect(refusal(member, 'owner')).toBeVisible();
  await expect(member.getByLabel('Reason', { exact: true })).toHaveValue('Member wants it.');
  for (const user of ['owner', 'member']) {
    const person = await as(user);
    await person.goto('/tickets/workflow/mine?resource=whose-host');
    await expect(person.getByRole('heading', { name: 'No ticket matches' })).toBeVisible();
  }
});

test('who signs in where somebody signed out acts for themselves', async ({ page }) => {
  await signIn(page, 'owner');
  await action(page.getByRole('banner'), 'owner').click();
  await action(page, 'Sign out').click();
  await expect(page).toHaveURL(/\/login/);
  await signIn(page, 'member');
  await sendHostForm(page, { name: 'own-host' });
  await page.waitForURL('**/tickets/workflow/mine*');
});
