// Asking for hosts: what the form takes, and why a request is refused before it becomes a ticket.
import { expect, signIn, test } from '../support/fixtures.ts';
import {
  action, decide, eventually, expectProblem, expectRow, hostFormPresets, listed, openTab, openTicket, post, requestHost, row, sendHostForm, soon,
} from '../support/pages.ts';

test('the form is preset so that a name is enough', async ({ page }) => {
  await signIn(page, 'member');
  await page.goto('/hosts');
  await expect(page.getByRole('heading', { level: 1, name: 'Hosts', exact: true })).toBeVisible();
  await action(page.getByRole('main'), 'Create').first().click();
  await expect(page).toHaveURL(/\/hosts\/new$/);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('');
  await expect(page.getByLabel('Quantity', { exact: true })).toHaveValue('1');
  await expect(page.getByLabel('System disk', { exact: true })).toHaveValue('30');
  for (const label of ['Specification', 'Image']) {
    const select = page.getByLabel(label, { exact: true });
    expect(await select.inputValue()).toBe(await select.getByRole('option').first().getAttribute('value'));
    expect(await select.inputValue()).not.toBe('');
  }
  await expect(page.getByRole('button', { name: 'Submit Ticket', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Create', exact: true })).toHaveCount(0);
});

test('errors stand at their fields and keep what was typed', async ({ page }) => {
  await signIn(page, 'member');
  await openTab(page, 'mine');
  const before = await listed(page);
  await page.goto('/hosts/new');
  const field = (label: string) => page.getByLabel(label, { exact: true });
  await field('Quantity').fill('101');
  await field('System disk').fill('9');
  await field('Description').fill('Two words');
  await field('Reason').fill('First line\nsecond line');
  await page.getByRole('button', { name: 'Submit Ticket', exact: true }).click();
  await expectProblem(field('Name'), /required/i);
  await expectProblem(field('Quantity'), /1 to 100/);
  await expectProblem(field('System disk'), /10 to 500/);
  await expect(field('Description')).not.toHaveAttribute('aria-invalid', 'true');
  await expect(field('Quantity')).toHaveValue('101');
  await expect(field('System disk')).toHaveValue('9');
  await expect(field('Description')).toHaveValue('Two words');
  await expect(field('Reason')).toHaveValue('First line\nsecond line');

  // A quota that is too small is told with a wrong name, not after it.
  await field('Name').fill('-wrong');
  await field('Quantity').fill('100');
  await field('System disk').fill('10');
  await page.getByRole('button', { name: 'Submit Ticket', exact: true }).click();
  await expectProblem(field('Name'), /begins with a letter/);
  await expectProblem(field('Quantity'), /quota of project web does not allow this: vCPU: limit 64/);

  // Corrected, it goes through.
  await field('Name').fill('corrected');
  await field('Quantity').fill('1');
  await field('System disk').fill('10');
  await page.getByRole('button', { name: 'Submit Ticket', exact: true }).click();
  await page.waitForURL('**/tickets/workflow/mine*');
  await expect(row(page, 'corrected')).toHaveCount(1);
  expect((await listed(page)).length).toBe(before.length + 1);
});

test('a batch makes numbered hosts with all that was asked for', async ({ page, as }) => {
  await signIn(page, 'member');
  await page.goto('/hosts/new');
  const field = (label: string) => page.getByLabel(label, { exact: true });
  await field('Name').fill('batch');
  await field('Quantity').fill('3');
  await field('System disk').fill('40');
  await field('Reason').fill('Load is up.');
  const specification = await field('Specification').getByRole('option').first().textContent();
  await action(page, 'Add data disk').click();
  await field('Data disk 1').fill('100');
  await expect(field('Name'), 'adding a row keeps what was typed').toHaveValue('batch');
  await page.getByRole('button', { name: 'Submit Ticket', exact: true }).click();
  await page.waitForURL('**/tickets/workflow/mine*');
  await expect(row(page, 'batch')).toHaveCount(1);
  const number = (await listed(page))[0]!;

  await openTicket(page, number);
  const main = page.getByRole('main');
  for (const part of ['Load is up.', '40 GiB', '100 GiB', specification!.trim()]) await expect(main).toContainText(part);

  await decide(await as('owner'), number, 'Pass');
  await decide(await as('sysadmin'), number, 'Pass');
  await page.goto('/hosts');
  for (const name of ['batch-1', 'batch-2', 'batch-3']) {
    await eventually(page, async () => {
      await soon(row(page, name)).toContainText('Running');
    });
  }
  await expect(row(page, 'batch')).toHaveCount(0);
  await expect(row(page, 'batch-4')).toHaveCount(0);
});

test('over quota: scope, key, limit, used, held and requested are named, and nothing typed is lost', async ({ page }) => {
  await signIn(page, 'member');
  const refusal = /project web.*vCPU: limit 64, used (\d+), held by pending tickets (\d+), requested (\d+)/s;
  const tooMany = async () => {
    await sendHostForm(page, { name: 'greedy', quantity: 100, reason: 'More is more.' });
    const told = page.getByRole('alert').filter({ hasText: 'vCPU' });
    await expect(told).toContainText(refusal);
    const [, used, held, requested] = refusal.exec((await told.textContent())!)!.map(Number);
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('greedy');
    await expect(page.getByLabel('Quantity', { exact: true })).toHaveValue('100');
    await expect(page.getByLabel('Reason', { exact: true })).toHaveValue('More is more.');
    return { used: used!, held: held!, requested: requested! };
  };

  const first = await tooMany();
  const option = await page.getByLabel('Specification', { exact: true }).getByRole('option').first().textContent();
  const vcpu = Number(/(\d+) vCPU/.exec(option!)![1]);
  expect(first.requested).toBe(100 * vcpu);

  // A pending ticket holds what it asks for, until it ends.
  const number = await requestHost(page, { name: 'modest', quantity: 2 });
  expect(await tooMany()).toEqual({ ...first, held: first.held + 2 * vcpu });
  await openTab(page, 'mine');
  await expect(row(page, 'greedy')).toHaveCount(0);
  expect(JSON.stringify(await post(page, 'undo', { number, version: 1, reason: 'Freed.', back: '' }))).toContain('"done"');
  expect(await tooMany()).toEqual(first);
});

test('a ticket that nobody could approve is refused, and the link is named', async ({ page }) => {
  await signIn(page, 'shopowner');
  await sendHostForm(page, { name: 'alone' });
  await expect(page.getByRole('alert').filter({ hasText: 'Leadership Approval' })).toContainText(/link 1/i);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('alone');
  await openTab(page, 'mine');
  await expect(row(page, 'alone')).toHaveCount(0);
});

test('the other people of that project can ask, since the owner is somebody else', async ({ page, as }) => {
  await signIn(page, 'shopper');
  const number = await requestHost(page, { name: 'shop-1' });
  await expectRow(page, number, { Project: 'shop', Processor: 'shopowner' });
  const owner = await as('owner');
  await openTab(owner, 'pending');
  await expect(row(owner, number), 'an owner of another project').toHaveCount(0);
});

test('who may start nothing on hosts is not offered it, and refused past the page', async ({ page, as }) => {
  const member = await as('member');
  const form = { ...(await hostFormPresets(member)), 'form[name]': 'sneaked' };
  for (const user of ['viewer', 'helpdesk', 'shopper']) {
    const other = user === 'viewer' ? page : await as(user);
    if (user === 'viewer') await signIn(page, user);
    await other.goto('/hosts');
    if (user !== 'shopper') {
      await expect(other.getByRole('heading', { level: 1, name: 'Hosts', exact: true })).toBeVisible();
      await expect(action(other.getByRole('main'), 'Create')).toHaveCount(0);
    }
    const refused = JSON.stringify(await post(other, 'create-host', form));
    expect(refused, user).toContain('"refused"');
    expect(refused, user).toMatch(/forbidden|not_found|form\[project\]/);
  }
  await openTab(member, 'mine');
  await expect(row(member, 'sneaked')).toHaveCount(0);
  expect(JSON.stringify(await post(member, 'create-host', form)), 'the form itself is good').toContain('"done"');
});

test('a host has a page of its own, which strangers do not', async ({ page, as, allow }) => {
  allow(404);
  await signIn(page, 'member');
  await page.goto('/hosts');
  const link = page.getByRole('table').getByRole('link').first();
  const [name, address] = [await link.textContent(), await link.getAttribute('href')];
  await link.click();
  await expect(page).toHaveURL(/\/hosts\/[0-9a-z-]+$/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name!.trim());
  const shopper = await as('shopper');
  const foreign = await shopper.goto(address!);
  expect(foreign?.status()).toBe(404);
  const foreignText = await shopper.getByRole('main').innerText();
  expect(foreignText).not.toContain(name!.trim());
  const unknown = await shopper.goto('/hosts/00000000-0000-7000-8000-000000000000');
  expect(unknown?.status()).toBe(404);
  expect(await shopper.getByRole('main').innerText(), 'foreign and unknown look the same').toBe(foreignText);
});

test('the list shows the hosts of the view', async ({ page }) => {
  await signIn(page, 'member');
  await page.goto('/hosts');
  const web = (await page.getByRole('row').count()) - 1;
  expect(web, 'the demo has hosts').toBeGreaterThan(0);
  const name = (await page.getByRole('table').getByRole('link').first().textContent())!.trim();
  await page.goto(`/hosts?name=${encodeURIComponent(name)}`);
  await expect(row(page, name)).toHaveCount(1);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue(name);
  await page.goto('/hosts?name=no-such-host');
  await expect(page.getByRole('row')).toHaveCount(0);
  await expect(page.getByRole('main')).toContainText(/no host/i);
});
