// What an approver and an administrator do, without a mouse.
import { expect, signIn, test, type Page } from '../support/fixtures.ts';
import { openTab, requestHost, row } from '../support/pages.ts';
import { configureDialog, expectLinks, link, linkField, openSetup } from '../support/setup.ts';
import type { Locator } from '@playwright/test';

/** Presses Tab until the control has the focus, as a person would; it must show that it has. */
async function tabTo(page: Page, control: Locator) {
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press('Tab');
    if ((await control.count()) === 1 && (await control.evaluate((element) => element === document.activeElement))) {
      const outline = await control.evaluate((element) => {
        const ring = getComputedStyle(element);
        return `${ring.outlineStyle} ${ring.outlineWidth} ${ring.boxShadow}`;
      });
      expect(outline, 'the focus shows').not.toBe('none 0px none');
      return;
    }
  }
  throw new Error(`Tab doesn't reach ${control}`);
}

test('a ticket is passed by keyboard alone', async ({ page: owner, as }) => {
  const member = await as('member');
  const number = await requestHost(member, { name: 'by-keyboard' });
  await owner.goto('/login');
  await tabTo(owner, owner.getByLabel('Username', { exact: true }));
  await owner.keyboard.type('owner');
  await tabTo(owner, owner.getByLabel('Password', { exact: true }));
  await owner.keyboard.type('countersign');
  await owner.keyboard.press('Enter');
  await expect(owner.getByRole('heading', { level: 1, name: 'Hosts', exact: true })).toBeVisible();

  // Through the bell to My Pending.
  await tabTo(owner, owner.getByRole('banner').getByRole('button', { name: 'Tickets', exact: true }));
  await owner.keyboard.press('Enter');
  const section = owner.getByRole('list', { name: 'Workflows', exact: true });
  await expect(section).toBeVisible();
  await tabTo(owner, section.getByRole('link', { name: 'Pending', exact: true }));
  await owner.keyboard.press('Enter');
  await expect(owner).toHaveURL(/\/tickets\/workflow\/pending/);
  await expect(section, 'the menu is out of the way').toBeHidden();

  const pass = row(owner, number).getByRole('link', { name: 'Pass', exact: true }).or(row(owner, number).getByRole('button', { name: 'Pass', exact: true }));
  const dialog = owner.getByRole('dialog', { name: 'Pass', exact: true });
  const focusIsInside = () => dialog.evaluate((element) => element.contains(document.activeElement));
  await tabTo(owner, pass);
  await owner.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  expect(await focusIsInside(), 'the dialog takes the focus').toBe(true);
  await owner.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(pass, 'the focus comes back to where it was').toBeFocused();

  await owner.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await tabTo(owner, dialog.getByLabel('Note', { exact: true }));
  await owner.keyboard.type('No mouse needed.');
  await tabTo(owner, dialog.getByRole('button', { name: 'OK', exact: true }));
  await owner.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(row(owner, number)).toHaveCount(0);
  await openTab(member, 'mine');
  await expect(row(member, number)).toContainText('2/2');
});

test('Skip to content skips', async ({ page }) => {
  await signIn(page, 'member');
  await page.goto('/hosts');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content', exact: true });
  await expect(skip).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('a process of five links is configured by keyboard alone', async ({ page }) => {
  test.setTimeout(90_000); // some hundred presses of Tab, each looked at
  await signIn(page, 'sysadmin');
  await openSetup(page);
  const press = async (control: Locator) => {
    await tabTo(page, control);
    await page.keyboard.press('Enter');
  };
  const line = row(page, 'Host Application');
  await press(line.getByRole('link', { name: 'Modify Process', exact: true }).or(line.getByRole('button', { name: 'Modify Process', exact: true })));
  const dialog = configureDialog(page);
  await expect(dialog).toBeVisible();

  for (let count = 3; count <= 5; count++) {
    await press(dialog.getByRole('button', { name: 'Add link', exact: true }));
    await expect(link(dialog, count)).toBeVisible();
    await tabTo(page, linkField(dialog, count, 'Link name'));
    await page.keyboard.press('Control+A');
    await page.keyboard.type(`Check ${count}`);
    await tabTo(page, linkField(dialog, count, 'Role'));
    // One letter each: a browser that stalls between two takes the second for the beginning of another name.
    await page.keyboard.type('a');
    await expect(linkField(dialog, count, 'Role').locator('option:checked')).toHaveText('admin');
    await tabTo(page, linkField(dialog, count, 'Approver scope'));
    await page.keyboard.type('G');
    await expect(linkField(dialog, count, 'Approver scope').locator('option:checked')).toHaveText('Global');
  }
  await press(link(dialog, 5).getByRole('button', { name: 'Move up', exact: true }));
  const names = ['Leadership Approval', 'System Administrator Approval', 'Check 3', 'Check 5', 'Check 4'];
  await expectLinks(dialog, names);
  await press(dialog.getByRole('button', { name: 'OK', exact: true }));
  await expect(dialog).toBeHidden();
  await expect(line).toContainText('project_owner@project, admin@global, admin@global, admin@global, admin@global');
});
