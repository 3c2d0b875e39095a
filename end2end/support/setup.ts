// The dialog Configure Process, and the links in it.
import { expect, type Locator, type Page } from '@playwright/test';

export async function openSetup(page: Page) {
  await page.goto('/settings/tickets');
  await expect(page.getByRole('heading', { level: 1, name: 'Ticket Setup', exact: true })).toBeVisible();
}

/** The dialog that configures a process. Its title is the action, one of three. */
export function configureDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: /^(New|Configure Process|Modify Process)$/ });
}

/** The link of this number, counted from 1 as people do. */
export function link(dialog: Locator, number: number): Locator {
  return dialog.getByRole('region', { name: `Link ${number}`, exact: true });
}

export function linkField(dialog: Locator, number: number, label: string): Locator {
  return link(dialog, number).getByLabel(label, { exact: true });
}

/** Waits until the dialog has links of these names. */
export async function expectLinks(dialog: Locator, names: string[], message?: string) {
  const fields = dialog.getByLabel('Link name', { exact: true });
  const values = () => fields.evaluateAll((all) => all.map((field) => (field as HTMLInputElement).value));
  await expect.poll(values, { message }).toEqual(names);
}

export async function addLink(dialog: Locator) {
  const links = dialog.getByLabel('Link name', { exact: true });
  const before = await links.count();
  await dialog.getByRole('button', { name: 'Add link', exact: true }).click();
  await expect(links).toHaveCount(before + 1);
}

/** Lets holders of a role approve at the link of this number. */
export async function setRole(dialog: Locator, number: number, role: string, scope: 'Project' | 'Domain' | 'Global') {
  await linkField(dialog, number, 'Specified role approval').check();
  await linkField(dialog, number, 'Role').selectOption({ label: role });
  await linkField(dialog, number, 'Approver scope').selectOption({ label: scope });
}

/** Lets any of these people approve at the link of this number. */
export async function setPersons(dialog: Locator, number: number, names: string[]) {
  await linkField(dialog, number, 'Specify the person to approve').check();
  await linkField(dialog, number, 'Person').selectOption(names.map((label) => ({ label })));
}

/** Moves or removes a link. */
export async function rearrange(dialog: Locator, number: number, what: 'Move up' | 'Move down' | 'Remove') {
  await link(dialog, number).getByRole('button', { name: what, exact: true }).click();
}
