// Administration: every button and every field error of the directory's pages and of the system settings.
import { axe, expect, fitsPhone, signIn, test, type Page } from '../support/fixtures.ts';
import {
  action, columns, confirm, expectProblem, expectRow, openTab, post, requestHost, row, said, switchView,
} from '../support/pages.ts';

const PASSWORD = 'long enough';

async function open(page: Page, path: string, heading: string) {
  const response = await page.goto(path);
  expect(response?.status(), path).toBe(200);
  await expect(page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeVisible();
}

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });
const field = (page: Page, label: string) => page.getByRole('dialog').getByLabel(label, { exact: true });

/** Opens a dialog by a button of the page, or of a row of it. */
async function ask(page: Page, name: string, key?: string) {
  await action(key ? row(page, key) : page.getByRole('main'), name).first().click();
  await expect(dialog(page, name)).toBeVisible();
  return dialog(page, name);
}

async function press(page: Page, name = 'OK') {
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
}

async function search(page: Page, path: string, text: string) {
  await page.goto(`${path}?search=${encodeURIComponent(text)}`);
}

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
