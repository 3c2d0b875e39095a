// Administration of users and roles: users are made and changed, roles given and taken, and what is told before tickets
// lose an approver.
import { axe, expect, signIn, test } from '../support/fixtures.ts';
import { ask, dialog, field, open, PASSWORD, press, search } from '../support/administration.ts';
import { action, columns, confirm, expectProblem, expectRow, openTab, requestHost, row, said } from '../support/pages.ts';

test('a user: create, sign in, edit, new password, disable, enable', async ({ page, browser, baseURL, javaScriptEnabled }) => {
  test.setTimeout(90_000);
  await signIn(page, 'sysadmin');
  await open(page, '/directory/users', 'Users');
  expect(await columns(page)).toEqual(expect.arrayContaining(['Name', 'Username', 'Domain', 'Status', 'Roles']));
  await expectRow(page, 'coowner', { Domain: 'Default', Status: 'Enabled', Roles: /project_owner in system.*project_owner in web/ });
  await expect(action(row(page, 'sysadmin'), 'Disable'), 'not oneself').toHaveCount(0);

  await ask(page, 'Create User');
  await press(page);
  await expectProblem(field(page, 'Username'), /required/i);
  await expectProblem(field(page, 'Domain'), /choose/i);
  await expectProblem(field(page, 'Password'), /at least 10/i);
  await axe(page);
  await field(page, 'Username').fill('member');
  await field(page, 'Name').fill('Ada Lovelace');
  await field(page, 'Domain').selectOption({ label: 'Default' });
  await field(page, 'Password').fill(PASSWORD);
  await field(page, 'Repeat password').fill('something else');
  await press(page);
  await expectProblem(field(page, 'Repeat password'), /differ/i);
  await expect(field(page, 'Name')).toHaveValue('Ada Lovelace');
  await field(page, 'Password').fill(PASSWORD);
  await field(page, 'Repeat password').fill(PASSWORD);
  await press(page);
  await expectProblem(field(page, 'Username'), /already/i);
  await field(page, 'Username').fill('ada');
  await field(page, 'Password').fill(PASSWORD);
  await field(page, 'Repeat password').fill(PASSWORD);
  await press(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Ada Lovelace', exact: true })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('No role yet');
  await axe(page);

  const context = await browser.newContext({ baseURL, javaScriptEnabled });
  const ada = await context.newPage();
  await signIn(ada, 'ada', PASSWORD);
  await expect(ada).toHaveURL(/no-project/);
  const expectSignedOut = async () => {
    // With scripts the open page hears of it and goes to the sign-in by itself.
    if (!javaScriptEnabled) await ada.goto('/hosts');
    await expect(ada, 'signed out').toHaveURL(/login/);
  };

  await search(page, '/directory/users', 'lovelace');
  await ask(page, 'Edit', 'ada');
  await field(page, 'Name').fill('Countess');
  await field(page, 'Username').fill('two words');
  await press(page);
  await expectProblem(field(page, 'Username'), /spaces/i);
  await field(page, 'Username').fill('ada');
  await confirm(page, dialog(page, 'Edit'));
  await search(page, '/directory/users', 'countess');
  await expectRow(page, 'ada', { Name: 'Countess', Status: 'Enabled' });

  await ask(page, 'Reset Password', 'ada');
  await field(page, 'New password').fill('short');
  await press(page);
  await expectProblem(field(page, 'New password'), /at least 10/i);
  await field(page, 'New password').fill('another password');
  await field(page, 'Repeat new password').fill('another password');
  await confirm(page, dialog(page, 'Reset Password'));
  await expectSignedOut();
  await signIn(ada, 'ada', 'another password');
  await expect(ada).toHaveURL(/no-project/);

  await ask(page, 'Disable', 'ada');
  await expect(dialog(page, 'Disable')).toContainText('No open ticket loses an approver');
  await confirm(page, dialog(page, 'Disable'));
  await expectRow(page, 'ada', { Status: 'Disabled' });
  await expectSignedOut();
  await page.goto('/directory/users?status=disabled');
  await expectRow(page, 'ada', { Status: 'Disabled' });
  await ask(page, 'Enable', 'ada');
  await confirm(page, dialog(page, 'Enable'));
  await expect(row(page, 'ada'), 'no longer among the disabled').toHaveCount(0);
  await context.close();
});

test('roles are given and taken, and tickets are told before', async ({ page, as }) => {
  test.setTimeout(90_000);
  const owner = await as('owner');
  const number = await requestHost(owner, { name: 'waits-for-coowner' });
  await signIn(page, 'sysadmin');
  await open(page, '/directory/users?search=coowner', 'Users');
  await ask(page, 'Disable', 'coowner');
  const tickets = page.getByRole('dialog').getByRole('list', { name: 'Open tickets' });
  await expect(tickets.getByRole('listitem').filter({ hasText: `#${number} Host Application` })).toContainText('Would wait for nobody');
  await axe(page);
  await press(page, 'Cancel');

  await row(page, 'coowner').getByRole('link', { name: 'coowner', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'coowner', exact: true })).toBeVisible();
  expect(await columns(page)).toEqual(expect.arrayContaining(['Project', 'Domain', 'Role', 'Reach']));
  await ask(page, 'Remove', 'web');
  await expect(tickets).toContainText(`#${number}`);
  await axe(page);
  await confirm(page, dialog(page, 'Remove'));
  await expect(said(page, /no longer project_owner in web/)).toBeVisible();
  await expect(row(page, 'web')).toHaveCount(0);
  await openTab(page, 'all', `?id=${number}`);
  await expect(row(page, number)).toContainText(/nobody/i);

  // The successor has the task at once.
  await open(page, '/directory/users?search=viewer', 'Users');
  await row(page, 'viewer').getByRole('link', { name: 'viewer', exact: true }).click();
  await ask(page, 'Assign');
  await press(page);
  await expectProblem(field(page, 'Project'), /choose/i);
  await expectProblem(field(page, 'Role'), /choose/i);
  await field(page, 'Project').selectOption({ label: 'web (Default)' });
  await field(page, 'Role').selectOption({ label: 'project_owner' });
  await confirm(page, dialog(page, 'Assign'));
  await expect(row(page, 'project_owner')).toHaveCount(1);
  await ask(page, 'Assign');
  await field(page, 'Project').selectOption({ label: 'web (Default)' });
  await field(page, 'Role').selectOption({ label: 'project_owner' });
  await press(page);
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('already');
  await press(page, 'Cancel');
  const viewer = await as('viewer');
  await openTab(viewer, 'pending');
  await expect(row(viewer, number)).toHaveCount(1);
});

test('the last administrator stays', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await open(page, '/directory/users?search=deputy', 'Users');
  await ask(page, 'Disable', 'deputy');
  await confirm(page, dialog(page, 'Disable'));
  await open(page, '/directory/users?search=sysadmin', 'Users');
  await row(page, 'sysadmin').getByRole('link', { name: 'sysadmin', exact: true }).click();
  await ask(page, 'Remove', 'system');
  await press(page);
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText(/nobody to administer/i);
  await press(page, 'Cancel');
  await expect(row(page, 'system')).toHaveCount(1);
  await open(page, '/directory/users?search=deputy', 'Users');
  await ask(page, 'Enable', 'deputy');
  await confirm(page, dialog(page, 'Enable'));
});

test('a role: create, edit, delete; built-in ones stay', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await open(page, '/directory/roles', 'Roles');
  expect(await columns(page)).toEqual(expect.arrayContaining(['Name', 'Reach', 'Built-in', 'Holders', 'Description']));
  await expectRow(page, 'admin', { Reach: 'System', 'Built-in': 'Yes', Holders: '2' });
  await expect(action(row(page, 'admin'), 'Edit')).toHaveCount(0);

  await ask(page, 'Create Role');
  await press(page);
  await expectProblem(field(page, 'Name'), /required/i);
  await expectProblem(field(page, 'Reach'), /choose/i);
  await axe(page);
  await field(page, 'Name').fill('member');
  await field(page, 'Reach').selectOption({ label: 'Project' });
  await press(page);
  await expectProblem(field(page, 'Name'), /already/i);
  await field(page, 'Name').fill('auditor');
  await confirm(page, dialog(page, 'Create Role'));
  await expectRow(page, 'auditor', { Reach: 'Project', 'Built-in': 'No', Holders: '0' });
  await ask(page, 'Edit', 'auditor');
  await field(page, 'Reach').selectOption({ label: 'Domain' });
  await confirm(page, dialog(page, 'Edit'));
  await expectRow(page, 'auditor', { Reach: 'Domain' });
  await ask(page, 'Delete', 'auditor');
  await confirm(page, dialog(page, 'Delete'));
  await expect(row(page, 'auditor')).toHaveCount(0);
});
