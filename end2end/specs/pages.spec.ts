// Every page as every kind of person sees it: named, accessible, and fit for a phone.
import type { Locator } from '@playwright/test';
import { axe, expect, fitsPhone, signIn, test, type Page } from '../support/fixtures.ts';
import { action, decide, openDialog, requestHost } from '../support/pages.ts';

const common = [
  '/', '/account', '/hosts', '/hosts?name=no-such-host', '/tickets/workflow/mine', '/tickets/workflow/pending', '/tickets/workflow/resolved',
  '/tickets/workflow/involved', '/tickets/workflow/mine?resource=no-such-ticket', '/quotas',
];
// One of each kind; deputy, coowner and shopowner see what sysadmin and owner see.
const roles: Record<string, string[]> = {
  sysadmin: [...common, '/hosts/new', '/tickets/workflow/all', '/settings/tickets'],
  domainadmin: [...common, '/hosts/new'],
  owner: [...common, '/hosts/new'],
  member: [...common, '/hosts/new'],
  viewer: common,
  helpdesk: common,
  acmeadmin: [...common, '/hosts/new'],
};

/** What icons draw that are to be seen and have nothing to show: they come from a file of their own. */
const emptyIcons = (page: Page): Promise<string[]> => page.locator('svg.icon').evaluateAll((icons: SVGSVGElement[]) => icons
  .filter((icon) => icon.checkVisibility() && !icon.querySelector('use')?.getBBox().width).map((icon) => icon.innerHTML));

async function checkPage(page: Page) {
  await expect(page.getByRole('heading', { level: 1 }), page.url()).toHaveCount(1);
  const heading = (await page.getByRole('heading', { level: 1 }).innerText()).trim();
  expect(heading).not.toBe('');
  const title = await page.title();
  expect(title, page.url()).toMatch(/\S.*Countersign/);
  expect(title, 'every page has a title of its own').not.toMatch(/^\W*Countersign\W*$/);
  await expect(page.getByRole('main')).toHaveCount(1);
  await expect.poll(() => emptyIcons(page), page.url()).toEqual([]);
  await fitsPhone(page);
  await axe(page);
}

test('signing in', async ({ page }) => {
  await page.goto('/login');
  await checkPage(page);
});

for (const [user, paths] of Object.entries(roles)) {
  test(`the pages of ${user}`, async ({ page }) => {
    test.setTimeout(240_000);
    await signIn(page, user);
    for (const path of paths) {
      const response = await page.goto(path);
      expect(response?.status(), path).toBe(200);
      await checkPage(page);
    }
    // Menus, opened.
    for (const name of ['Navigation', user]) {
      await page.getByRole('banner').getByRole('button', { name, exact: true }).click();
      await axe(page);
      await page.keyboard.press('Escape');
    }
  });
}

test('tickets, hosts and dialogs', async ({ page: member, as }) => {
  test.setTimeout(240_000);
  await signIn(member, 'member');
  const number = await requestHost(member, { name: 'looked-at', reason: 'A reason\nof two lines, with a-very-long-word-that-has-no-place-to-break-anywhere-in-it-at-all.' });
  const owner = await as('owner');
  const look = async (page: Page) => {
    await page.goto(`/tickets/workflow/${number}`);
    await checkPage(page);
  };
  await look(member);
  await look(owner);
  for (const name of ['Pass', 'Reject'] as const) {
    const dialog = await openDialog(owner, number, name);
    await checkDialog(owner);
    await action(dialog, 'Cancel').click();
  }
  await openDialog(member, number, 'Undo');
  await checkDialog(member);
  await owner.goto('/tickets/workflow/pending');
  await checkPage(owner);
  await decide(owner, number, 'Pass', 'Passed for the looks of it.');
  await look(member);
  await decide(await as('sysadmin'), number, 'Pass');
  await look(member);
  await member.goto('/hosts');
  await checkPage(member);
  await member.getByRole('table').getByRole('link').first().click();
  await expect(member).toHaveURL(/\/hosts\/./);
  await checkPage(member);
});

test('the form with errors', async ({ page }) => {
  await signIn(page, 'member');
  await page.goto('/hosts/new');
  await page.getByRole('button', { name: 'Submit Ticket', exact: true }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await checkPage(page);
});

test('the bell, opened', async ({ page }) => {
  await signIn(page, 'owner');
  await page.goto('/hosts');
  await page.getByRole('banner').getByRole('button', { name: 'Tickets', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Workflows', exact: true })).toBeVisible();
  await fitsPhone(page);
  await axe(page);
});

test('fault 28: in forced colours the current place is marked, and the count stands beside the bell', async ({ page: member, as }) => {
  await signIn(member, 'member');
  await requestHost(member, { name: 'counted' });
  const owner = await as('owner');
  await owner.emulateMedia({ forcedColors: 'active' });
  await owner.goto('/tickets/workflow/pending');
  const colour = (link: Locator) => link.evaluate((element) => getComputedStyle(element).backgroundColor);
  const highlight = await owner.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.cssText = 'forced-color-adjust: none; background: Highlight';
    return getComputedStyle(probe).backgroundColor;
  });
  const menu = owner.getByRole('navigation', { name: 'Main', exact: true });
  const current = menu.locator('[aria-current]').first();
  expect(await colour(current)).toBe(highlight);
  expect(await colour(menu.locator('a:not([aria-current])').first())).not.toBe(highlight);
  const tabs = owner.getByRole('navigation', { name: 'Workflows', exact: true }).getByRole('listitem');
  expect(await colour(tabs.nth(1))).toBe(highlight);
  expect(await colour(tabs.nth(0))).not.toBe(highlight);
  const button = await owner.getByRole('banner').getByRole('button', { name: 'Tickets', exact: true }).boundingBox();
  const badge = await owner.locator('.badge').boundingBox();
  expect(badge!.x).toBeGreaterThanOrEqual(button!.x + button!.width);
});

/** A dialog is judged with the page under it. */
async function checkDialog(page: Page) {
  await expect(page.getByRole('dialog')).toHaveCount(1);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await fitsPhone(page);
  await axe(page);
}
