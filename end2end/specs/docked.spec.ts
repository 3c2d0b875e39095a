// Technical Support that lives in another system: connecting it, a ticket there and back, an outage, and the end.
import { axe, expect, fitsPhone, scripts, signIn, test, type Page } from '../support/fixtures.ts';
import { Helpdesk } from '../support/helpdesk.ts';
import { action, confirm, expectProblem, expectRow, fact, said } from '../support/pages.ts';
import { configureDialog } from '../support/setup.ts';
import { openThread, reply, requestSupport, status } from '../support/support.ts';

test.use({ serverArgs: ['--demo', '--external-poll', '500ms'] });

/** Waits until the check passes: with scripts the page follows by itself, without them it is reloaded. */
async function comes(page: Page, check: () => Promise<void>) {
  if (scripts()) return check();
  await expect(async () => {
    await page.reload();
    await check();
  }).toPass({ timeout: 20_000 });
}

/** Connects the system on the page that is open, and has the process ask its queue Network. */
async function dock(admin: Page, desk: Helpdesk) {
  await admin.getByLabel('Address', { exact: true }).fill(desk.url);
  await admin.getByLabel('Account token', { exact: true }).fill(desk.token);
  await admin.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(said(admin, 'The system is connected.')).toBeVisible();
  await axe(admin);
  await fitsPhone(admin);

  await admin.goto('/settings/tickets?dialog=configure');
  await configureDialog(admin).getByLabel('Kind', { exact: true }).selectOption('Third-party Ticket System');
  await configureDialog(admin).getByLabel('External process', { exact: true }).selectOption('Network');
  await axe(admin);
  await fitsPhone(admin);
  await confirm(admin, configureDialog(admin));
}

test('a ticket lives in the other system, and its thread here', async ({ page: admin, as }) => {
  test.setTimeout(180_000);
  const desk = await Helpdesk.start();
  try {
    await signIn(admin, 'sysadmin');
    await admin.goto('/settings/external');
    await admin.getByLabel('Address', { exact: true }).fill(desk.url);
    await admin.getByLabel('Account token', { exact: true }).fill('1-2-wrong');
    await admin.getByRole('button', { name: 'Test connection', exact: true }).click();
    await expectProblem(admin.getByLabel('Account token', { exact: true }), /not accepted/);
    await admin.getByLabel('Account token', { exact: true }).fill(desk.token);
    await admin.getByRole('button', { name: 'Test connection', exact: true }).click();
    await expect(said(admin, '2 queues (Support, Network)')).toBeVisible();
    await dock(admin, desk);

    const member = await as('member');
    const number = await requestSupport(member, 'No route to the shop');
    await openThread(member, number);
    await comes(member, () => expect(fact(member, 'External ticket').getByRole('link')).toHaveText('#1'));
    await comes(member, () => expect(fact(member, 'External status')).toHaveText('new'));
    expect(desk.tickets[0]!.texts[0]).toContain('No route to the shop');
    expect(await fact(member, 'External ticket').getByRole('link').getAttribute('href')).toBe(`${desk.url}/Ticket/Display.html?id=1`);
    await axe(member);
    await fitsPhone(member);

    // A reply from there, and one from here.
    desk.setStatus(1, 'open');
    desk.reply(1, 'Which **address**?');
    await comes(member, () => expect(member.getByRole('article').last()).toContainText('Which address?', { timeout: 3_000 }));
    await comes(member, () => expect(status(member)).toHaveText('Pending user feedback'));
    await expect(member.getByRole('article').last()).toContainText('Robin');
    await expect(fact(member, 'External owner')).toHaveText('Robin');
    await reply(member, '10.0.0.7');
    await expect.poll(() => desk.tickets[0]!.texts.at(-1)).toContain('10.0.0.7');

    // The other system is out of reach: nothing is lost, and the ticket says so.
    desk.away(true);
    await reply(member, 'And 10.0.0.8');
    await comes(member, () => expect(action(member.getByRole('main'), 'Retry')).toBeVisible());
    await expect(member.getByRole('main')).toContainText('Not all of this is in the external system yet');
    await axe(member);
    await fitsPhone(member);
    await member.goto('/tickets/support/external');
    await expectRow(member, number, { 'External Ticket': '#1', 'External Status': 'Not there yet' });
    await axe(member);
    await fitsPhone(member);
    await admin.goto('/settings/external');
    await comes(admin, () => expect(admin.getByRole('main')).toContainText('502'));
    desk.away(false);
    await openThread(member, number);
    if (await action(member.getByRole('main'), 'Retry').count()) await action(member.getByRole('main'), 'Retry').click();
    await expect.poll(() => desk.tickets[0]!.texts.filter((text) => text.includes('10.0.0.8')).length).toBe(1);
    await comes(member, () => expect(action(member.getByRole('main'), 'Retry')).toHaveCount(0));
    await member.goto('/tickets/support/external');
    await comes(member, () => expectRow(member, number, { 'External Status': 'open', 'External Owner': 'Robin' }));

    // Nobody handles the ticket here, but it is ended here as well as there.
    await openThread(member, number);
    await action(member.getByRole('main'), 'End').click();
    await confirm(member, member.getByRole('dialog', { name: 'End', exact: true }));
    await expect.poll(() => desk.tickets[0]!.status).toBe('resolved');
    const second = await requestSupport(member, 'Ends over there');
    await expect.poll(() => desk.tickets.length).toBe(2);
    await openThread(member, second);
    await comes(member, () => expect(fact(member, 'External ticket').getByRole('link')).toHaveText('#2'));
    desk.setStatus(2, 'resolved');
    await comes(member, () => expect(status(member)).toHaveText('Closed'));
    await expect(member.getByRole('main')).toContainText('Robin set this ticket to resolved in the external system.');
  } finally {
    await desk.stop();
  }
});

test.describe('what the other system refuses', () => {
  // A server of its own: the first test's is connected to a system that is gone.
  test.use({ serverArgs: ['--demo', '--external-poll', '400ms'] });

  test('holds up the thread until it is left out', async ({ page: admin, as }) => {
    test.setTimeout(180_000);
    const desk = await Helpdesk.start();
    try {
      await signIn(admin, 'sysadmin');
      await admin.goto('/settings/external');
      await dock(admin, desk);
      const member = await as('member');
      const number = await requestSupport(member, 'The shop is slow');
      await openThread(member, number);
      await comes(member, () => expect(fact(member, 'External ticket').getByRole('link')).toHaveText('#1'));

      desk.refuse('screenshot');
      await reply(member, 'Here is a screenshot');
      const main = member.getByRole('main');
      await comes(member, () => expect(main).toContainText('Request Tracker refused it: no screenshot here'));
      await comes(member, () => expect(action(main, 'Skip')).toBeVisible());
      await axe(member);
      await fitsPhone(member);
      await reply(member, 'And it is slower now');
      // Sent again, it is refused again.
      await action(main, 'Retry').click();
      await expect(said(member, 'It is tried again.')).toBeVisible();
      await comes(member, () => expect(action(main, 'Skip')).toBeVisible());
      expect(desk.tickets[0]!.texts.join()).not.toContain('slower now');

      await action(main, 'Skip').click();
      await expect(said(member, 'It is left out there.')).toBeVisible();
      await expect.poll(() => desk.tickets[0]!.texts.at(-1)).toContain('And it is slower now');
      expect(desk.tickets[0]!.texts.join()).not.toContain('Here is a screenshot');
      await comes(member, () => expect(action(main, 'Skip')).toHaveCount(0));
      await expect(action(main, 'Retry')).toHaveCount(0);
      await expect(main).toContainText('left out entry 2 in the external system.');
      await expect(member.getByRole('article').filter({ hasText: 'Here is a screenshot' })).toHaveCount(1);
    } finally {
      await desk.stop();
    }
  });
});
