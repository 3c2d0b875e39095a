// Technical support, in the words of the product.
import { expect, type Locator, type Page } from '@playwright/test';
import { action, bell, confirm, listed, row } from './pages.ts';
import { hydrated } from './fixtures.ts';

export type SupportTab = 'mine' | 'pending' | 'resolved' | 'all';
const TITLES: Record<SupportTab, string> = { mine: 'My Tickets', pending: 'My Pending', resolved: 'I Resolved', all: 'All Tickets' };

export async function openSupport(page: Page, tab: SupportTab, query = '') {
  await page.goto(`/tickets/support/${tab}${query}`);
  await expect(page.getByRole('navigation', { name: 'Technical Support' }).getByRole('link', { name: TITLES[tab], exact: true }))
    .toHaveAttribute('aria-current', 'page');
}

export const requestDialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Request Technical Support', exact: true });

/** Describes a problem, from the bell, and gives the number of the ticket. */
export async function requestSupport(page: Page, description: string, level = 'Minor'): Promise<number> {
  await bell(page).click();
  await page.getByRole('list', { name: 'New Ticket', exact: true }).getByRole('link', { name: 'Request Technical Support', exact: true }).click();
  await requestDialog(page).getByLabel('Problem description', { exact: true }).fill(description);
  await requestDialog(page).getByLabel('Level', { exact: true }).selectOption(level);
  await confirm(page, requestDialog(page));
  await expect(page).toHaveURL(/\/tickets\/support\/mine/);
  const title = description.split('\n')[0]!.replaceAll('*', '');
  await expect(row(page, title)).toHaveCount(1);
  return Math.max(...(await listed(page)));
}

export async function openThread(page: Page, number: number) {
  await page.goto(`/tickets/support/${number}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(String(number));
}

/** View in My Pending: takes the ticket and shows it. */
export async function take(page: Page, number: number) {
  await openSupport(page, 'pending');
  await row(page, number).hover();
  await row(page, number).getByRole('button', { name: 'View', exact: true }).click();
  await page.waitForURL(`**/tickets/support/${number}*`);
  await hydrated(page);
}

export const replyBox = (page: Page): Locator => page.getByRole('textbox', { name: 'Reply', exact: true });

/** Replies on the ticket's page, and waits until the thread shows it. */
export async function reply(page: Page, text: string) {
  await action(page.getByRole('main'), 'Reply').click();
  await replyBox(page).fill(text);
  await page.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(replyBox(page)).toHaveCount(0);
  await expect(page.getByRole('article').last()).toContainText(text);
  await hydrated(page);
}

/** The pill beside the title. */
export const status = (page: Page): Locator => page.getByRole('main').locator('.page-title .pill').first();
