// Signing in and out, the views a person holds, and pages that don't exist for them.
import { axe, expect, fillSignIn, fitsPhone, hydrated, signIn, test } from '../support/fixtures.ts';
import { action, forgetSession, offeredViews, openTab, requestHost, row, switchView, viewButton } from '../support/pages.ts';

test('the sign-in page says that this is a demo, and whom to be', async ({ page }) => {
  await page.goto('/login');
  await expect(page.getByText("This is a demo: data is made up, and everyone's password is countersign.", { exact: true })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('Sign in as member, owner or sysadmin');
  await axe(page);
  await fitsPhone(page);
});

test('a wrong password is refused, in the same words as an unknown name', async ({ page, allow }) => {
  allow(401);
  const attempt = async (username: string, password: string) => {
    await page.goto('/login');
    await fillSignIn(page, username, password);
    await expect(page.getByRole('alert')).toContainText(/wrong/i);
    await expect(page).toHaveURL(/\/login/);
    return await page.getByRole('alert').innerText();
  };
  const wrong = await attempt('member', 'not-it');
  await expect(page.getByLabel('Username', { exact: true })).toHaveValue('member');
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
  expect((await attempt('nobody-of-this-name', 'countersign')).replace('nobody-of-this-name', 'member')).toBe(wrong);
  await page.goto('/hosts');
  await expect(page, 'still outside').toHaveURL(/\/login/);
  await signIn(page, 'member');
  await expect(page.getByRole('heading', { level: 1, name: 'Hosts', exact: true })).toBeVisible();
});

test('signing in leads back to the wanted page', async ({ page }) => {
  for (const wanted of ['/hosts/new', '/tickets/workflow/pending?status=incomplete&id=7']) {
    await forgetSession(page);
    await page.goto(wanted);
    await expect(page).toHaveURL(/\/login/);
    await fillSignIn(page, 'owner');
    // Without scripts the answer of the form comes along, as `flash`.
    await page.waitForURL((url) => {
      url.searchParams.delete('flash');
      return url.pathname + url.search === wanted;
    });
  }
});

test('the way back never leads elsewhere', async ({ page, server }) => {
  // The last three (fault 25) are of this site, and no pages of it: one is another address to a browser, two are streams and files.
  for (const next of ['https://example.com/', '//example.com/', '/\\example.com', '/.//example.com', '/events', '/build-0/pkg/x.js']) {
    await forgetSession(page);
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    await fillSignIn(page, 'owner');
    await page.waitForURL((url) => url.pathname !== '/login');
    expect(new URL(page.url()).origin).toBe(server.url);
    expect(new URL(page.url()).pathname, next).toBe('/hosts');
    await hydrated(page);
  }
});

test('fault 25: an address that begins with two slashes is a page like others', async ({ page, server }) => {
  await signIn(page, 'owner');
  await page.goto(`${server.url}//hosts`);
  await expect(page.getByRole('heading', { level: 1, name: 'Hosts', exact: true })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/hosts');
});

test('signing out ends the session', async ({ page, as }) => {
  await signIn(page, 'member');
  const elsewhere = await as('member');
  const cookies = await page.context().cookies();
  await page.getByRole('banner').getByRole('button', { name: 'member', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goto('/hosts');
  await expect(page).toHaveURL(/\/login/);
  await page.context().addCookies(cookies);
  await page.goto('/hosts');
  await expect(page, 'an old cookie opens nothing').toHaveURL(/\/login/);
  await elsewhere.goto('/hosts');
  await expect(elsewhere, 'another session of the same person stays').toHaveURL(/\/hosts$/);
});

const views: Record<string, string[]> = {
  sysadmin: ['System View', 'Project View: system'],
  deputy: ['System View', 'Domain View: Default', 'Project View: system', 'Project View: web'],
  domainadmin: ['Domain View: Default', 'Project View: web'],
  owner: ['Project View: web'],
  coowner: ['Project View: system', 'Project View: web'],
  member: ['Project View: web'],
  viewer: ['Project View: web'],
  helpdesk: ['Project View: shop', 'Project View: web'],
  helpdesk2: ['Project View: shop', 'Project View: web'],
  acmeadmin: ['Domain View: acme', 'Project View: shop'],
  acmedeputy: ['Domain View: acme', 'Project View: shop'],
  shopowner: ['Project View: shop'],
  shopper: ['Project View: shop'],
};
for (const [user, expected] of Object.entries(views)) {
  test(`the views of ${user}`, async ({ page }) => {
    await signIn(page, user);
    await expect(viewButton(page), 'sign-in opens the widest').toHaveText(expected[0]!);
    expect(await offeredViews(page)).toEqual(expected);
  });
}

test('the view decides what is listed, and is kept', async ({ page }) => {
  await signIn(page, 'deputy');
  await openTab(page, 'all');
  await switchView(page, 'Project View: web');
  await openTab(page, 'mine');
  await expect(page.getByRole('navigation', { name: 'Workflows' }).getByRole('link', { name: 'All Tickets', exact: true })).toHaveCount(0);
  await page.goto('/hosts');
  await expect(viewButton(page)).toHaveText('Project View: web');
  const web = await page.getByRole('row').count();
  expect(web).toBeGreaterThan(1);
  await switchView(page, 'Project View: system');
  await page.goto('/hosts');
  expect(await page.getByRole('row').count()).not.toBe(web);
});

test('without a project there is a page that says so', async ({ page }) => {
  await signIn(page, 'newcomer');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/no project/i);
  await expect(viewButton(page)).toHaveCount(0);
  await axe(page);
  await fitsPhone(page);
  await page.goto('/hosts');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/no project/i);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page).toHaveURL(/\/login/);
});

test('a foreign ticket and an unknown one are the same: nothing', async ({ page, as, allow }) => {
  test.setTimeout(60_000);
  allow(404);
  await signIn(page, 'member');
  const number = await requestHost(page, { name: 'private' });
  for (const user of ['shopper', 'viewer', 'domainadmin']) {
    const stranger = await as(user);
    const foreign = await stranger.goto(`/tickets/workflow/${number}`);
    expect(foreign?.status(), user).toBe(404);
    const text = await stranger.getByRole('main').innerText();
    expect(text, user).not.toContain('private');
    for (const unknown of ['/tickets/workflow/99999999', '/tickets/workflow/nonsense']) {
      const response = await stranger.goto(unknown);
      expect(response?.status(), unknown).toBe(404);
      expect(await stranger.getByRole('main').innerText(), `${user} at ${unknown}`).toBe(text);
    }
    // The dialogs don't tell more.
    const dialog = await stranger.goto(`/tickets/workflow/pending?dialog=pass&ticket=${number}`);
    expect(await dialog!.text(), user).not.toContain('private');
  }
  const owner = await as('owner');
  expect((await owner.goto(`/tickets/workflow/${number}`))?.status()).toBe(200);
});

test('a page that is not there says so and leads back', async ({ page, allow }) => {
  allow(404);
  await signIn(page, 'member');
  const response = await page.goto('/no/such/page');
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await axe(page);
  await fitsPhone(page);
  await page.getByRole('main').getByRole('link').first().click();
  await expect(page).not.toHaveURL(/no\/such/);
});

test('what belongs to the System View is not there for others', async ({ page, as, allow }) => {
  allow(403);
  allow(404);
  const open = await as('sysadmin');
  for (const path of ['/settings/tickets', '/tickets/workflow/all']) {
    expect((await open.goto(path))?.status(), `sysadmin at ${path}`).toBe(200);
  }
  for (const user of ['member', 'domainadmin']) {
    const other = user === 'member' ? page : await as(user);
    if (user === 'member') await signIn(page, user);
    for (const path of ['/settings/tickets', '/tickets/workflow/all']) {
      const response = await other.goto(path);
      expect([403, 404], `${user} at ${path}`).toContain(response?.status());
      await expect(other.getByRole('table')).toHaveCount(0);
      await expect(action(other.getByRole('main'), 'Modify Process')).toHaveCount(0);
    }
  }
  // Holding the role isn't enough: the view has to be the System View.
  const deputy = await as('deputy');
  await switchView(deputy, 'Project View: web');
  expect([403, 404]).toContain((await deputy.goto('/settings/tickets'))?.status());
  await expect(row(deputy, 'Host Application')).toHaveCount(0);
});
