// Administration: every button and every field error of the directory's pages and of the system settings.
import { axe, expect, fitsPhone, signIn, test } from '../support/fixtures.ts';
import { ask, dialog, field, open, PASSWORD, press, search } from '../support/administration.ts';
import { action, columns, confirm, expectProblem, expectRow, post, requestHost, row, said, switchView } from '../support/pages.ts';

test('the menus lead to every page, in the views that have them', async ({ page, as }) => {
  test.setTimeout(90_000);
  await signIn(page, 'deputy');
  const menu = async () => {
    await page.getByRole('button', { name: 'Navigation', exact: true }).click();
    const navigation = page.getByRole('navigation', { name: 'Navigation' });
    await expect(navigation).toBeVisible();
    const names = (await navigation.getByRole('link').allInnerTexts()).map((name) => name.trim());
    await page.keyboard.press('Escape');
    return names;
  };
  const directory = ['Domains', 'Projects', 'Users', 'Roles'];
  expect(await menu()).toEqual(expect.arrayContaining([...directory, 'Ticket Setup', 'External Ticket', 'System']));
  for (const [name, path, heading] of [
    ['Domains', '/directory/domains', 'Domains'], ['Projects', '/directory/projects', 'Projects'],
    ['Users', '/directory/users', 'Users'], ['Roles', '/directory/roles', 'Roles'],
    ['External Ticket', '/settings/external', 'External Ticket'], ['System', '/settings/system', 'System'],
  ]) {
    await page.getByRole('button', { name: 'Navigation', exact: true }).click();
    await page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name, exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await expect(page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeVisible();
    await axe(page);
    await fitsPhone(page);
  }
  await switchView(page, 'Domain View: Default');
  const inDomain = await menu();
  expect(inDomain).toEqual(expect.arrayContaining(directory));
  expect(inDomain).not.toContain('Ticket Setup');
  await switchView(page, 'Project View: web');
  expect(await menu()).not.toContain('Users');
  const member = await as('member');
  await expect(member.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Users' })).toHaveCount(0);
});

test('who has no business here is told so', async ({ page, as, allow }) => {
  allow(403, 404);
  await signIn(page, 'deputy');
  await switchView(page, 'Project View: web');
  for (const path of ['/directory/domains', '/directory/projects', '/directory/users', '/directory/roles', '/settings/system', '/settings/external']) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(403);
    await expect(page.getByRole('main')).toContainText('Switch the view');
  }
  const member = await as('member');
  expect((await member.goto('/directory/users'))?.status()).toBe(403);
  await expect(member.getByRole('main')).not.toContainText('Switch the view');
  // A foreign user is as unknown as one who doesn't exist.
  const acme = await as('acmeadmin');
  await open(page, '/account', 'Account');
  await switchView(page, 'System View');
  await open(page, '/directory/users?search=viewer', 'Users');
  await row(page, 'viewer').getByRole('link', { name: 'viewer', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'viewer', exact: true })).toBeVisible();
  const viewer = new URL(page.url()).pathname;
  for (const path of [viewer, '/directory/users/no-such-user']) {
    expect((await acme.goto(path))?.status(), path).toBe(404);
  }
});

test('a domain: create, edit, delete', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await open(page, '/directory/domains', 'Domains');
  expect(await columns(page)).toEqual(expect.arrayContaining(['Name', 'Projects', 'Users', 'Description', 'Created']));
  await expectRow(page, 'acme', { Projects: '1', Users: '4' });
  await expect(action(row(page, 'Default'), 'Delete')).toHaveCount(0);

  await ask(page, 'Create Domain');
  await axe(page);
  await press(page);
  await expectProblem(field(page, 'Name'), /required/i);
  await field(page, 'Name').fill('acme');
  await field(page, 'Description').fill('Paper');
  await press(page);
  await expectProblem(field(page, 'Name'), /already/i);
  await expect(field(page, 'Description')).toHaveValue('Paper');
  await field(page, 'Name').fill('initech');
  await confirm(page, dialog(page, 'Create Domain'));
  await expect(said(page, /initech is created/)).toBeVisible();
  await expectRow(page, 'initech', { Projects: '0', Users: '0', Description: 'Paper' });

  await ask(page, 'Edit', 'initech');
  await expect(field(page, 'Name')).toHaveValue('initech');
  await field(page, 'Name').fill('initrode');
  await confirm(page, dialog(page, 'Edit'));
  await expectRow(page, 'initrode', { Description: 'Paper' });
  await ask(page, 'Edit', 'Default');
  await field(page, 'Name').fill('Other');
  await press(page);
  await expectProblem(field(page, 'Name'), /keeps/i);
  await press(page, 'Cancel');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await ask(page, 'Delete', 'acme');
  await press(page);
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText(/1 project.*4 users/);
  await press(page, 'Cancel');
  await search(page, '/directory/domains', 'INIT');
  await ask(page, 'Delete', 'initrode');
  await press(page, 'Cancel');
  await expect(page, 'the search stays').toHaveURL(/search=INIT/);
  await ask(page, 'Delete', 'initrode');
  await confirm(page, dialog(page, 'Delete'));
  await expect(said(page, /initrode is deleted/)).toBeVisible();
  await expect(row(page, 'initrode')).toHaveCount(0);
});

test('a project: create, edit, delete', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await open(page, '/directory/projects', 'Projects');
  expect(await columns(page)).toEqual(expect.arrayContaining(['Name', 'Domain', 'Members', 'Hosts', 'Description', 'Created']));
  await expect(action(row(page, 'system'), 'Delete')).toHaveCount(0);

  await ask(page, 'Create Project');
  await press(page);
  await expectProblem(field(page, 'Name'), /required/i);
  await expectProblem(field(page, 'Domain'), /choose/i);
  await axe(page);
  await field(page, 'Name').fill('shop');
  await field(page, 'Domain').selectOption({ label: 'acme' });
  await press(page);
  await expectProblem(field(page, 'Name'), /already/i);
  await expect(field(page, 'Domain').locator('option:checked')).toHaveText('acme');
  await field(page, 'Name').fill('depot');
  await field(page, 'Description').fill('Boxes');
  await confirm(page, dialog(page, 'Create Project'));
  await expectRow(page, 'depot', { Domain: 'acme', Members: '0', Hosts: '0', Description: 'Boxes' });

  await search(page, '/directory/projects', 'dep');
  await ask(page, 'Edit', 'depot');
  await field(page, 'Name').fill('depot-2');
  await confirm(page, dialog(page, 'Edit'));
  await expect(page, 'back to the list as it was searched').toHaveURL(/search=dep/);
  await expectRow(page, 'depot-2', { Domain: 'acme' });
  await ask(page, 'Delete', 'depot-2');
  await expect(dialog(page, 'Delete')).toContainText('No open ticket loses an approver');
  await confirm(page, dialog(page, 'Delete'));
  await expect(page.getByRole('main')).toContainText('No project matches');
  await action(page.getByRole('main').locator('.empty'), 'Clear').click();
  await expect(row(page, 'web')).toHaveCount(1);
});

test('a project with open tickets can not be deleted', async ({ page, as }) => {
  const member = await as('member');
  await requestHost(member, { name: 'in-the-way' });
  await signIn(page, 'sysadmin');
  await open(page, '/directory/projects', 'Projects');
  await ask(page, 'Delete', 'web');
  await expect(page.getByRole('dialog').getByRole('list', { name: 'Open tickets' })).toContainText('Would wait for nobody');
  await axe(page);
  await press(page);
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText(/1 open ticket\b|[2-9] open tickets/);
});

test('a Domain View administers its domain and no more', async ({ page }) => {
  await signIn(page, 'acmeadmin');
  await open(page, '/directory/domains', 'Domains');
  await expect(page.getByRole('row')).toHaveCount(2);
  await expect(action(page.getByRole('main'), 'Create Domain')).toHaveCount(0);
  await expect(action(row(page, 'acme'), 'Delete')).toHaveCount(0);
  await open(page, '/directory/roles', 'Roles');
  await expect(action(page.getByRole('main'), 'Create Role')).toHaveCount(0);
  await open(page, '/directory/users', 'Users');
  await expect(row(page, 'viewer')).toHaveCount(0);
  await ask(page, 'Create User');
  await expect(page.getByRole('dialog').getByLabel('Domain', { exact: true })).toHaveCount(0);
  await field(page, 'Username').fill('clerk');
  await field(page, 'Password').fill(PASSWORD);
  await field(page, 'Repeat password').fill(PASSWORD);
  await press(page);
  await expect(page.getByRole('heading', { level: 1, name: 'clerk', exact: true })).toBeVisible();
  await ask(page, 'Assign');
  const role = (name: string) => field(page, 'Role').getByRole('option', { name, exact: true });
  await expect(role('member')).toHaveCount(1);
  await expect(role('admin')).toHaveCount(0);
  await field(page, 'Project').selectOption({ label: 'shop' });
  await field(page, 'Role').selectOption({ label: 'member' });
  await confirm(page, dialog(page, 'Assign'));
  await expectRow(page, 'shop', { Role: 'member', Domain: 'acme' });
  const wider = await post(page, 'create-role', { name: 'x', reach: 'system', description: '' });
  expect(JSON.stringify(wider)).toContain('forbidden');
});

test('in a Domain View whoever reaches beyond it is left alone', async ({ page }) => {
  await signIn(page, 'domainadmin');
  await open(page, '/directory/users', 'Users');
  for (const name of ['Edit', 'Reset Password', 'Disable']) {
    await expect(action(row(page, 'sysadmin'), name)).toHaveCount(0);
    await expect(action(row(page, 'owner'), name)).toHaveCount(1);
  }
});

test('system settings', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await open(page, '/settings/system', 'System');
  const main = page.getByRole('main');
  const input = (label: string) => main.getByLabel(label, { exact: true });
  await expect(input('Auto-close delay')).toHaveValue('3d');
  await input('Auto-close delay').fill('soon');
  await input('Trash delay').fill('0s');
  await input('Log retention').fill('0');
  await main.getByRole('button', { name: 'Save', exact: true }).click();
  for (const label of ['Auto-close delay', 'Trash delay', 'Log retention']) await expectProblem(input(label), /must be a whole number/i);
  await axe(page);
  await input('Auto-close delay').fill('12h');
  await input('Trash delay').fill('7d');
  await input('Log retention').fill('400');
  await main.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(said(page, /settings are saved/i)).toBeVisible();
  await page.reload();
  await expect(input('Auto-close delay')).toHaveValue('12h');
  await expect(input('Trash delay')).toHaveValue('7d');
  await expect(input('Log retention')).toHaveValue('400');
  await expect(main, 'the demo has three levels').toContainText(/can't be turned off again/);
  await expect(action(main, 'Turn On')).toHaveCount(0);
});

test.describe('what the environment sets', () => {
  test.use({ serverEnv: { COUNTERSIGN_AUTO_CLOSE_AFTER: '5s' } });

  test('is shown read-only', async ({ page }) => {
    await signIn(page, 'sysadmin');
    await open(page, '/settings/system', 'System');
    const fixed = page.getByRole('main').getByLabel('Auto-close delay', { exact: true });
    await expect(fixed).toHaveValue('5s');
    await expect(fixed).not.toBeEditable();
    await expect(fixed).toHaveAccessibleDescription(/environment/i);
    await page.getByRole('main').getByLabel('Trash delay', { exact: true }).fill('1d');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(said(page, /settings are saved/i)).toBeVisible();
  });
});

test.describe('without the three levels', () => {
  test.use({ serverArgs: [] });

  test('there is one domain until they are turned on', async ({ page, server }) => {
    const link = /http:\/\/\S+\/setup\?token=\S+/.exec(server.log)?.[0];
    expect(link, 'the one-time link is printed').toBeTruthy();
    await page.goto(link!);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('Repeat password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create administrator', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Hosts', exact: true })).toBeVisible();
    await open(page, '/directory/domains', 'Domains');
    await expect(action(page.getByRole('main'), 'Create Domain')).toHaveCount(0);
    await open(page, '/directory/projects', 'Projects');
    await ask(page, 'Create Project');
    await expect(page.getByRole('dialog').getByLabel('Domain', { exact: true })).toHaveCount(0);
    await field(page, 'Name').fill('web');
    await confirm(page, dialog(page, 'Create Project'));
    await expectRow(page, 'web', { Domain: 'Default' });

    await page.goto('/directory/domains');
    await page.getByRole('main').getByRole('link', { name: 'Settings / System', exact: true }).click();
    await ask(page, 'Turn On');
    await expect(dialog(page, 'Turn On')).toContainText("This can't be turned off again.");
    await axe(page);
    await press(page, 'Cancel');
    await ask(page, 'Turn On');
    await confirm(page, dialog(page, 'Turn On'));
    await expect(action(page.getByRole('main'), 'Turn On')).toHaveCount(0);
    await open(page, '/directory/domains', 'Domains');
    await expect(action(page.getByRole('main'), 'Create Domain')).toBeVisible();
  });
});
