// The dialog Configure Process. Its links have the same labels each, so they are told apart by their position.
import { expect, type Locator, type Page } from '@playwright/test';

export async function openSetup(page: Page) {
  await page.goto('/settings/tickets');
  await expect(page.getByRole('heading', { level: 1, name: 'Ticket Setup', exact: true })).toBeVisible();
}

/** Titled by its action, which is one of three. */
export function configureDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: /^(New|Configure Process|Modify Process)$/ });
}

export async function linkNames(dialog: Locator): Promise<string[]> {
  const fields = await dialog.getByLabel('Link name', { exact: true }).all();
  return Promise.all(fields.map((field) => field.inputValue()));
}

export async function addLink(dialog: Locator) {
  const links = dialog.getByLabel('Link name', { exact: true });
  const before = await links.count();
  await dialog.getByRole('button', { name: 'Add link', exact: true }).click();
  await expect(links).toHaveCount(before + 1);
}

/** Lets holders of a role approve at the link of this position. */
export async function setRole(dialog: Locator, link: number, role: string, scope: 'Project' | 'Domain' | 'Global') {
  await dialog.getByLabel('Specified role approval', { exact: true }).nth(link).check();
  await dialog.getByLabel('Role', { exact: true }).nth(link).selectOption({ label: role });
  await dialog.getByLabel('Approver scope', { exact: true }).nth(link).selectOption({ label: scope });
}
