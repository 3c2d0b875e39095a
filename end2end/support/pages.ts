// What the specs do on pages, in the words of the product. Everything is found by role and label, so that it works the
// same with and without scripts: a dialog is a dialog, whether a script opened it or the address did.
import { expect, type Locator, type Page } from '@playwright/test';
import { hydrated } from './fixtures.ts';

export type Tab = 'mine' | 'pending' | 'resolved' | 'involved' | 'all';
export const TABS: Record<Tab, string> = {
  mine: 'My Tickets', pending: 'My Pending', resolved: 'I Resolved', involved: 'I Involved', all: 'All Tickets',
};

/**
 * Forgets who is signed in, as if by closing the browser. The page is left first, because its reads that are still on the
 * way would be refused. (To wait until the network is idle wouldn't do: Playwright waits until it was idle once since the
 * document came, not since the last page of it.)
 */
export async function forgetSession(page: Page) {
  await page.goto('about:blank');
  await page.context().clearCookies();
}

/** A link or a button of exactly this name. Which of the two an action is, is up to the page. */
export function action(within: Page | Locator, name: string): Locator {
  return within.getByRole('link', { name, exact: true }).or(within.getByRole('button', { name, exact: true }));
}

/** The message of the page about what was just done or refused. */
export function said(page: Page, what: string | RegExp): Locator {
  return page.getByRole('status').or(page.getByRole('alert')).filter({ hasText: what }).first();
}

/** Expects that the control is marked wrong, and that what is wrong is read out with it. */
export async function expectProblem(control: Locator, what: RegExp) {
  await expect(control).toHaveAttribute('aria-invalid', 'true');
  await expect(control).toHaveAccessibleDescription(what);
}

// --- Tables

/** The row whose number, or name, is this. */
export function row(page: Page, key: number | string): Locator {
  const name = String(key);
  const link = page.getByRole('link', { name, exact: true });
  return page.getByRole('row').filter({ has: link.or(page.getByRole('cell', { name, exact: true })) });
}

/** Presses an action of a row as with a mouse: the row's actions show when the pointer comes. */
export async function rowAction(page: Page, key: number | string, name: string) {
  await row(page, key).hover();
  await action(row(page, key), name).click();
}

/** The titles of the columns, in order. */
export async function columns(page: Page): Promise<string[]> {
  const table = page.getByRole('table');
  await expect(table).toBeVisible();
  return (await table.getByRole('columnheader').allTextContents()).map((title) => title.trim());
}

/** A cell, by its column's title. */
export async function cell(page: Page, key: number | string, column: string): Promise<Locator> {
  const titles = await columns(page);
  expect(titles, 'columns of the table').toContain(column);
  const line = row(page, key);
  return line.getByRole('cell').or(line.getByRole('rowheader')).nth(titles.indexOf(column));
}

/** Expects these texts in the cells of one row, by their columns' titles; `-` is an empty cell. */
export async function expectRow(page: Page, key: number | string, expected: { [column: string]: string | RegExp | undefined }) {
  await expect(row(page, key)).toHaveCount(1);
  for (const [column, text] of Object.entries(expected)) {
    if (text !== undefined) await expect(await cell(page, key, column), `${column} of ${key}`).toHaveText(text);
  }
}

/** The numbers of the tickets listed at this moment, from top to bottom. */
export async function listed(page: Page): Promise<number[]> {
  const links = page.getByRole('table').getByRole('link', { name: /^\d+$/ });
  return (await links.allTextContents()).map(Number);
}

/** Waits until the list is of these tickets: the address changes first, and the list only when it has been read. */
export async function expectListed(page: Page, numbers: number[], message?: string) {
  await expect.poll(() => listed(page), { message }).toEqual(numbers);
}

/** Reloads until the assertion holds: what happens behind a page shows at the next look. */
export async function eventually(page: Page, assertion: () => Promise<void>, seconds = 20) {
  let first = true;
  await expect(async () => {
    if (!first) await page.reload();
    first = false;
    await assertion();
  }).toPass({ timeout: seconds * 1000, intervals: [100, 250, 500] });
}

/** An assertion inside [`eventually`]: it must give up quickly, so that the next reload comes. */
export const soon = expect.configure({ timeout: 700 });

// --- The frame

/** Switches to this view. */
export async function switchView(page: Page, label: string) {
  await viewButton(page).click();
  await page.getByRole('list', { name: 'Views', exact: true }).getByRole('button', { name: label, exact: true }).click();
  await expect(viewButton(page)).toHaveText(label);
  // Waits for the first page of the view, because going there closes what is open.
  await page.waitForURL('**/hosts*');
  await hydrated(page);
}

/** The view switcher: its text is the view in force. */
export function viewButton(page: Page): Locator {
  return page.getByRole('banner').getByRole('button', { name: /^(System View|Domain View: .+|Project View: .+)$/ }).first();
}

/** The views that the switcher offers; the one in force is marked. */
export async function offeredViews(page: Page): Promise<string[]> {
  const list = page.getByRole('list', { name: 'Views', exact: true });
  await expect(list).toBeHidden();
  await viewButton(page).click();
  await expect(list).toBeVisible();
  const current = (await viewButton(page).innerText()).trim();
  await expect(list.getByRole('button', { name: current, exact: true })).toHaveAttribute('aria-current', 'true');
  return (await list.getByRole('button').allInnerTexts()).map((name) => name.trim());
}

export const bell = (page: Page): Locator => page.getByRole('banner').getByRole('button', { name: 'Tickets', exact: true });

type Counts = { mine: number; pending: number };
const bellList = (page: Page) => page.getByRole('list', { name: 'Workflows', exact: true });
const bellCount = (page: Page, name: string) => {
  const link = page.getByRole('link', { name, exact: true, includeHidden: true });
  return bellList(page).getByRole('listitem').filter({ has: link }).locator('.count');
};

/** The bell's counts in its section Workflows, as the page that was just opened says. */
export async function bellCounts(page: Page): Promise<Counts> {
  await bell(page).click();
  await expect(bellList(page)).toBeVisible();
  const count = async (name: string) => Number((await bellCount(page, name).innerText()).trim());
  const counts = { mine: await count('My Tickets'), pending: await count('Pending') };
  await page.keyboard.press('Escape');
  await expect(bellList(page)).toBeHidden();
  return counts;
}

/** Waits until the bell has these counts. The number on the bell has to be their sum. */
export async function expectBell(page: Page, { mine, pending }: Counts, message?: string) {
  await expect(async () => {
    // When the frame is read again, the menu is a new one, and closed.
    if (!(await bellList(page).isVisible())) await bell(page).click();
    await soon(bellCount(page, 'My Tickets'), message).toHaveText(String(mine));
    await soon(bellCount(page, 'Pending'), message).toHaveText(String(pending));
  }).toPass({ timeout: 10_000 });
  const sum = mine + pending;
  if (sum > 0) await expect(bell(page)).toHaveAccessibleDescription(new RegExp(`^${sum > 99 ? '99\\+' : sum}\\b`));
  await page.keyboard.press('Escape');
  await expect(bellList(page)).toBeHidden();
}

// --- Hosts and tickets

export type HostWish = {
  name: string;
  quantity?: number;
  project?: string;
  reason?: string;
};

/** Fills the create form and sends it, with whatever its button is called. */
export async function sendHostForm(page: Page, wish: HostWish, button: 'Submit Ticket' | 'Create' = 'Submit Ticket') {
  await page.goto('/hosts/new');
  await page.getByLabel('Name', { exact: true }).fill(wish.name);
  if (wish.project) await page.getByLabel('Project', { exact: true }).selectOption({ label: wish.project });
  if (wish.quantity) await page.getByLabel('Quantity', { exact: true }).fill(String(wish.quantity));
  if (wish.reason) await page.getByLabel('Reason', { exact: true }).fill(wish.reason);
  await page.getByRole('button', { name: button, exact: true }).click();
}

/** Asks for a host, lands on My Tickets, and returns the new ticket's number. */
export async function requestHost(page: Page, wish: HostWish): Promise<number> {
  await sendHostForm(page, wish);
  await page.waitForURL('**/tickets/workflow/mine*');
  await hydrated(page);
  await expect(row(page, wish.name)).toHaveCount(1);
  return Number(await row(page, wish.name).getByRole('link', { name: /^\d+$/ }).textContent());
}

export async function openTab(page: Page, tab: Tab, query = '') {
  await page.goto(`/tickets/workflow/${tab}${query}`);
  await expect(page.getByRole('navigation', { name: 'Workflows' }).getByRole('link', { name: TABS[tab], exact: true }))
    .toHaveAttribute('aria-current', 'page');
}

/** Opens a row's dialog; `from` is the tab it stands on. */
export async function openDialog(page: Page, number: number, name: 'Pass' | 'Reject' | 'Undo'): Promise<Locator> {
  await openTab(page, name === 'Undo' ? 'mine' : 'pending');
  await rowAction(page, number, name);
  const dialog = page.getByRole('dialog', { name, exact: true });
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Decides in My Pending, and waits until the server took it. */
export async function decide(page: Page, number: number, name: 'Pass' | 'Reject', note = '') {
  const dialog = await openDialog(page, number, name);
  await dialog.getByLabel('Note', { exact: true }).fill(note);
  await confirm(page, dialog);
  await expect(row(page, number)).toHaveCount(0);
}

/** Presses OK and waits until the dialog is gone, because the server took it. */
export async function confirm(page: Page, dialog: Locator) {
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog).toBeHidden();
  await hydrated(page);
}

/** Opens the details page of a ticket. */
export async function openTicket(page: Page, number: number) {
  const response = await page.goto(`/tickets/workflow/${number}`);
  expect(response?.status()).toBe(200);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(String(number));
}

/** A fact of a details page, by its term. */
export function fact(page: Page, term: string): Locator {
  return page.getByRole('term').filter({ hasText: new RegExp(`^${term}$`) }).locator('xpath=following-sibling::*[1]').first();
}

/** Sends a form as a script outside the page would, with the page's session. */
export async function post(page: Page, endpoint: string, form: Record<string, string | number>): Promise<unknown> {
  const origin = new URL(page.url()).origin;
  const response = await page.request.post(`${origin}/api/${endpoint}`, { form, headers: { origin } });
  const text = await response.text();
  try {
    return { status: response.status(), reply: JSON.parse(text) };
  } catch {
    return { status: response.status(), reply: text };
  }
}

/** The digest of the ticket's request that a decision names. Empty for people who may not see the ticket. */
export async function seen(page: Page, number: number): Promise<string> {
  const asked = await page.request.get(`/tickets/workflow/${number}?dialog=pass`);
  return /name="seen" value="([^"]*)"/.exec(await asked.text())?.[1] ?? '';
}

/** What the create form is preset with, as a form to [`post`] to `create-host`; it lacks only the name. */
export async function hostFormPresets(page: Page, project?: string): Promise<Record<string, string>> {
  await page.goto('/hosts/new');
  if (project) await page.getByLabel('Project', { exact: true }).selectOption({ label: project });
  const fields: Record<string, string> = {};
  for (const name of ['quantity', 'project', 'specification', 'image', 'system_disk']) {
    // Found by the name it is sent under, because in a Project View the project is no visible field.
    fields[`form[${name}]`] = await page.locator(`[name="form[${name}]"]`).inputValue();
  }
  return fields;
}
