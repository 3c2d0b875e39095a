// The administration pages, in the words of the product.
import { expect, type Page } from '@playwright/test';
import { action, row } from './pages.ts';

export const PASSWORD = 'long enough';

export async function open(page: Page, path: string, heading: string) {
  const response = await page.goto(path);
  expect(response?.status(), path).toBe(200);
  await expect(page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeVisible();
}

export const dialog = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });
export const field = (page: Page, label: string) => page.getByRole('dialog').getByLabel(label, { exact: true });

/** Opens a dialog by a button of the page, or of a row of it. */
export async function ask(page: Page, name: string, key?: string) {
  await action(key ? row(page, key) : page.getByRole('main'), name).first().click();
  await expect(dialog(page, name)).toBeVisible();
  return dialog(page, name);
}

export async function press(page: Page, name = 'OK') {
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
}

export async function search(page: Page, path: string, text: string) {
  await page.goto(`${path}?search=${encodeURIComponent(text)}`);
}
