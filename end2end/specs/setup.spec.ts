// Ticket Setup: modifying the processes that exist.
import { axe, expect, fitsPhone, signIn, test, type Page } from '../support/fixtures.ts';
import {
  action, confirm, expectProblem, expectRow, openTab, openTicket, post, requestHost, row, rowAction, said, columns,
} from '../support/pages.ts';
import { addLink, configureDialog, expectLinks, link, linkField, openSetup, rearrange, setPersons, setRole } from '../support/setup.ts';

const TYPES = [
  'Host Application', 'Host Adjustment Configuration', 'Host Deletion', 'Join Project Application',
  'Project Quota Application', 'Domain Quota Application', 'Technical Support',
];

test('it is reached by Navigation', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await page.getByRole('button', { name: 'Navigation', exact: true }).click();
  await page.getByRole('link', { name: 'Ticket Setup', exact: true }).last().click();
  await expect(page).toHaveURL(/\/settings\/tickets$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Ticket Setup', exact: true })).toBeVisible();
});

test('the list shows every process with its links in short', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  expect(await columns(page)).toEqual(expect.arrayContaining(['Name', 'Ticket Type', 'Kind', 'Status', 'Approval links', 'Updated at']));
  expect(await page.getByRole('row').count()).toBe(TYPES.length + 1);
  const links: Record<string, RegExp> = {
    'Host Application': /project_owner@project.*admin@global/,
    'Host Adjustment Configuration': /project_owner@project/,
    'Host Deletion': /project_owner@project.*domainadmin@domain/,
    'Join Project Application': /domainadmin@domain/,
    'Project Quota Application': /domainadmin@domain/,
    'Domain Quota Application': /admin@global/,
    'Technical Support': /support@domain/,
  };
  for (const type of TYPES) {
    await expectRow(page, type, { Kind: 'Built-in', 'Approval links': links[type], 'Ticket Type': type });
    await expect(action(row(page, type), 'Modify Process')).toBeVisible();
  }
  await expectRow(page, 'Host Application', { Status: 'Enabled' });
  await expect(action(row(page, 'Host Application'), 'Disable')).toBeVisible();
  await expect(action(row(page, 'Host Application'), 'Enable')).toHaveCount(0);
});

test('New says when every type has its process', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  await action(page.getByRole('main'), 'New').click();
  await expect(page.getByRole('dialog', { name: 'New', exact: true })).toContainText(/every ticket type has its process/i);
  await expect(page.getByLabel('Link name', { exact: true })).toHaveCount(0);
});

test('Configure Process opens on Technical Support', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  await action(page.getByRole('main'), 'Configure Process').click();
  const dialog = configureDialog(page);
  await expect(dialog).toBeVisible();
  await expect(dialog).toContainText('Technical Support');
  await expect(dialog.getByLabel('Link name', { exact: true })).toHaveCount(1);
  await expect(action(dialog, 'Add link'), 'one link is all it takes').toHaveCount(0);
  await action(dialog, 'Cancel').click();
  await expect(dialog).toBeHidden();
});

test('five links: add, name, move, remove; tickets under way keep theirs', async ({ page, as }) => {
  const member = await as('member');
  const old = await requestHost(member, { name: 'old-process' });
  await signIn(page, 'sysadmin');
  await openSetup(page);
  await rowAction(page, 'Host Application', 'Modify Process');
  const dialog = configureDialog(page);
  await expect(dialog).toBeVisible();
  await expectLinks(dialog, ['Leadership Approval', 'System Administrator Approval']);
  await expect(dialog).toContainText('You can also add 3 links');
  await axe(page);
  await fitsPhone(page);

  for (const left of ['You can also add 2 links', 'You can also add 1 link', undefined]) {
    await addLink(dialog);
    if (left) await expect(dialog).toContainText(left);
  }
  await expect(dialog.getByLabel('Link name', { exact: true })).toHaveCount(5);
  await expect(action(dialog, 'Add link')).toHaveCount(0);
  await expectLinks(dialog, ['Leadership Approval', 'System Administrator Approval', ...Array(3).fill('System Administrator Approval')], 'default names');
  for (const [i, name] of ['Budget', 'Security', 'Spare'].entries()) {
    await linkField(dialog, 3 + i, 'Link name').fill(name);
    await setRole(dialog, 3 + i, 'admin', 'Global');
  }
  await rearrange(dialog, 4, 'Move up');
  await expectLinks(dialog, ['Leadership Approval', 'System Administrator Approval', 'Security', 'Budget', 'Spare']);
  await rearrange(dialog, 3, 'Move down');
  await expectLinks(dialog, ['Leadership Approval', 'System Administrator Approval', 'Budget', 'Security', 'Spare']);
  await rearrange(dialog, 5, 'Remove');
  await expectLinks(dialog, ['Leadership Approval', 'System Administrator Approval', 'Budget', 'Security']);

  // A person instead of a role.
  await setPersons(dialog, 4, ['deputy', 'sysadmin']);
  await dialog.getByLabel('Description', { exact: true }).fill('Four eyes are not enough.');
  await confirm(page, dialog);
  await expect(said(page, /Host Application/)).toBeVisible();
  await expectRow(page, 'Host Application', {
    Status: 'Enabled', 'Approval links': /project_owner@project.*admin@global.*admin@global.*(deputy, sysadmin|sysadmin, deputy)/,
  });

  // What was saved is what the dialog shows again.
  await rowAction(page, 'Host Application', 'Modify Process');
  await expectLinks(dialog, ['Leadership Approval', 'System Administrator Approval', 'Budget', 'Security']);
  await expect(dialog.getByLabel('Description', { exact: true })).toHaveValue('Four eyes are not enough.');
  await expect(linkField(dialog, 4, 'Specify the person to approve')).toBeChecked();
  const chosen = linkField(dialog, 4, 'Person').getByRole('option', { selected: true });
  await expect.poll(async () => (await chosen.allTextContents()).sort()).toEqual(['deputy', 'sysadmin']);
  await expect(linkField(dialog, 3, 'Specified role approval')).toBeChecked();
  await expect(linkField(dialog, 1, 'Role')).toHaveValue('project_owner');

  const recent = await requestHost(member, { name: 'new-process' });
  await openTab(member, 'mine');
  await expectRow(member, old, { Stage: 'Leadership Approval 1/2' });
  await expectRow(member, recent, { Stage: 'Leadership Approval 1/4' });
  await openTicket(member, recent);
  await expect(member.getByRole('main')).toContainText(/Leadership Approval.*System Administrator Approval.*Budget.*Security.*Execution/s);
});

test('errors stand at their fields, and the dialog keeps what was typed', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  await rowAction(page, 'Host Deletion', 'Modify Process');
  const dialog = configureDialog(page);
  const names = dialog.getByLabel('Link name', { exact: true });
  await expect(names).toHaveCount(2);
  await names.nth(0).fill('');
  await linkField(dialog, 2, 'Specify the person to approve').check();
  await addLink(dialog);
  await expect(names).toHaveCount(3);
  await expect(names.nth(0), 'adding a link keeps what was typed').toHaveValue('');
  await expect(linkField(dialog, 2, 'Specify the person to approve')).toBeChecked();
  await dialog.getByLabel('Description', { exact: true }).fill('Kept');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(names.nth(0), /required/i);
  await expectProblem(linkField(dialog, 2, 'Person'), /at least one person/i);
  await expectProblem(linkField(dialog, 3, 'Role'), /role/i);
  await expectProblem(linkField(dialog, 3, 'Approver scope'), /where|scope/i);
  await expect(dialog.getByLabel('Description', { exact: true })).toHaveValue('Kept');
  await expect(names.nth(1)).not.toHaveAttribute('aria-invalid', 'true');
  await axe(page);
  await action(dialog, 'Cancel').click();
  await openSetup(page);
  await expectRow(page, 'Host Deletion', { 'Approval links': /^project_owner@project\W+domainadmin@domain$/ });
});

test('what the dialog does not offer is refused past the page as well', async ({ page, as }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  const form = (type: string, links: number, scope = 'global') => {
    const fields: Record<string, string> = { 'form[ticket_type]': type, 'form[kind]': 'built_in' };
    for (let i = 0; i < links; i++) {
      Object.assign(fields, { [`form[links][${i}][name]`]: 'L', [`form[links][${i}][by]`]: 'role', [`form[links][${i}][role]`]: 'admin', [`form[links][${i}][scope]`]: scope });
    }
    return fields;
  };
  const configure = async (who: Page, fields: Record<string, string>) => JSON.stringify(await post(who, 'configure-process', fields));
  expect(await configure(page, form('apply-machine', 6))).toContain('form[links]');
  expect(await configure(page, form('apply-join-project', 2))).toContain('form[links]');
  expect(await configure(page, form('apply-domain-quota', 1, 'project'))).toContain('form[links][0][scope]');
  expect(await configure(page, form('nonsense', 1))).toContain('form[ticket_type]');
  expect(await configure(page, form('apply-machine', 0))).toContain('form[links]');
  expect(await configure(page, { ...form('apply-machine', 1), 'form[links][0][role]': 'no-such-role' })).toContain('form[links][0][role]');
  const external = await configure(page, { ...form('apply-machine', 1), 'form[kind]': 'third_party' });
  expect(external).toContain('form[kind]');

  for (const user of ['member', 'domainadmin']) {
    const other = await as(user);
    expect(await configure(other, form('apply-domain-quota', 1)), user).toContain('forbidden');
  }
  await openSetup(page);
  await expectRow(page, 'Domain Quota Application', { 'Approval links': /admin@global/ });
  expect(await configure(page, form('apply-domain-quota', 1)), 'the form itself is good').toContain('"done"');
});

test('a scope that the type does not take is not offered', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  for (const [type, scopes] of [['Join Project Application', ['Domain', 'Global']], ['Host Deletion', ['Project', 'Domain', 'Global']]] as const) {
    await rowAction(page, type, 'Modify Process');
    const dialog = configureDialog(page);
    await expect(linkField(dialog, 1, 'Approver scope')).toBeVisible();
    for (const scope of ['Project', 'Domain', 'Global']) {
      const option = linkField(dialog, 1, 'Approver scope').getByRole('option', { name: scope, exact: true });
      await expect(option).toHaveCount((scopes as readonly string[]).includes(scope) ? 1 : 0);
    }
    await action(dialog, 'Cancel').click();
    await expect(dialog).toBeHidden();
  }
});

test('Enable and Disable ask first', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  const question = (name: string) => page.getByRole('dialog', { name, exact: true });
  await rowAction(page, 'Host Application', 'Disable');
  await expect(question('Disable')).toBeVisible();
  await axe(page);
  await action(question('Disable'), 'Cancel').click();
  await expect(question('Disable')).toBeHidden();
  await expectRow(page, 'Host Application', { Status: 'Enabled' });
  await rowAction(page, 'Host Application', 'Disable');
  await confirm(page, question('Disable'));
  await expectRow(page, 'Host Application', { Status: 'Disabled' });
  await rowAction(page, 'Host Application', 'Enable');
  await confirm(page, question('Enable'));
  await expectRow(page, 'Host Application', { Status: 'Enabled' });
});

test('with Requester may approve own ticket the requester decides too', async ({ page, as }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  await rowAction(page, 'Host Application', 'Modify Process');
  const dialog = configureDialog(page);
  await expect(dialog.getByLabel('Requester may approve own ticket', { exact: true })).not.toBeChecked();
  await dialog.getByLabel('Requester may approve own ticket', { exact: true }).check();
  await confirm(page, dialog);
  const owner = await as('owner');
  const number = await requestHost(owner, { name: 'self' });
  await expectRow(owner, number, { Processor: /^(owner, coowner|coowner, owner)$/ });
  await openTab(owner, 'pending');
  await expect(action(row(owner, number), 'Pass')).toBeVisible();
});

test('where nobody could approve is said while one picks, on the list, and asked once more', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await openSetup(page);
  await rowAction(page, 'Host Application', 'Modify Process');
  const dialog = configureDialog(page);
  const gap = 'Nobody could approve here: system (Default).';
  await setRole(dialog, 2, 'support', 'Project');
  // With scripts the dialog says it at once; without them the list says it once it is saved.
  if (test.info().project.use.javaScriptEnabled !== false) {
    await expect(link(dialog, 2)).toContainText(gap);
    await linkField(dialog, 2, 'Approver scope').selectOption({ label: 'Global' });
    await expect(link(dialog, 2)).toContainText('Somebody can approve everywhere.');
    await linkField(dialog, 2, 'Approver scope').selectOption({ label: 'Project' });
    await expect(link(dialog, 2)).toContainText(gap);
    await axe(page);
  }
  await confirm(page, dialog);
  await expectRow(page, 'Host Application', { 'Approval links': /^Gaps / });
  await rowAction(page, 'Host Application', 'Disable');
  await confirm(page, page.getByRole('dialog', { name: 'Disable', exact: true }));
  await rowAction(page, 'Host Application', 'Enable');
  const enable = page.getByRole('dialog', { name: 'Enable', exact: true });
  await expect(enable).toContainText(gap);
  await axe(page);
  await fitsPhone(page);
  await action(enable, 'OK').click();
  await expectProblem(enable.getByLabel('Enable it all the same', { exact: true }), /nobody who could approve/);
  await enable.getByLabel('Enable it all the same', { exact: true }).check();
  await confirm(page, enable);
  await expectRow(page, 'Host Application', { Status: 'Enabled' });
});
