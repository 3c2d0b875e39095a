// Keys pressed without modifiers: walking through a list and deciding, without a mouse and without Tab.
import { axe, expect, fitsPhone, signIn, test, type Page } from '../support/fixtures.ts';
import { confirm, expectListed, openTab, openTicket, requestHost, row } from '../support/pages.ts';
import type { Locator } from '@playwright/test';

const number = (page: Page, n: number): Locator => row(page, n).getByRole('link', { name: String(n), exact: true });
const shortcuts = (page: Page): Locator => page.getByRole('dialog', { name: 'Keyboard shortcuts', exact: true });
const press = (page: Page, keys: string) => [...keys].reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());

/** Tickets of member that wait for owner, newest first, and owner's list of them. */
async function waiting(member: Page, owner: Page, names: string[], filter: string): Promise<number[]> {
  const numbers: number[] = [];
  for (const name of names) numbers.unshift(await requestHost(member, { name }));
  await openTab(owner, 'pending', `?resource=${filter}`);
  await expectListed(owner, numbers);
  return numbers;
}

test('j and k walk, Enter opens, x selects, p and r ask', async ({ page: owner, as }) => {
  const member = await as('member');
  await signIn(owner, 'owner');
  const [first, second, third] = (await waiting(member, owner, ['walk-1', 'walk-2', 'walk-3'], 'walk-')) as [number, number, number];
  await press(owner, 'p');
  await expect(owner.getByRole('dialog'), 'no row, nothing to pass').toHaveCount(0);
  await press(owner, 'j');
  await expect(number(owner, first)).toBeFocused();
  await press(owner, 'jj');
  await expect(number(owner, third)).toBeFocused();
  await press(owner, 'j');
  await expect(number(owner, third), 'the last one').toBeFocused();
  await press(owner, 'k');
  await expect(number(owner, second)).toBeFocused();
  await expect(number(owner, second)).toBeInViewport();

  const box = (n: number) => owner.getByRole('checkbox', { name: `Select ticket ${n}`, exact: true });
  await press(owner, 'xjx');
  await expect(box(second)).toBeChecked();
  await expect(box(third)).toBeChecked();
  await expect(owner.getByRole('main').getByRole('status')).toHaveText('2 selected');
  await press(owner, 'x');
  await expect(box(third)).not.toBeChecked();

  await press(owner, 'r');
  const reject = owner.getByRole('dialog', { name: 'Reject', exact: true });
  await expect(reject).toContainText(`#${third}`);
  // In the dialog's field, keys are text.
  await owner.keyboard.type('jxp?');
  await expect(reject.getByLabel('Note', { exact: true })).toHaveValue('jxp?');
  await owner.keyboard.press('Escape');
  await expect(reject).toBeHidden();
  await expect(number(owner, third), 'back where one was').toBeFocused();

  await press(owner, 'k');
  await press(owner, 'p');
  const pass = owner.getByRole('dialog', { name: 'Pass', exact: true });
  await expect(pass).toContainText(`#${second}`);
  await confirm(owner, pass);
  await expectListed(owner, [first, third]);
  // The row after the one that is gone is next.
  await press(owner, 'j');
  await expect(number(owner, third)).toBeFocused();
  await owner.keyboard.press('Enter');
  await expect(owner).toHaveURL(new RegExp(`/tickets/workflow/${third}$`));
});

test('after the last one the focus is at what the empty list says', async ({ page: owner, as }) => {
  const member = await as('member');
  await signIn(owner, 'owner');
  const [only] = (await waiting(member, owner, ['only-1'], 'only-1')) as [number];
  await row(owner, only).getByRole('button', { name: 'Pass', exact: true }).focus();
  await owner.keyboard.press('Enter');
  await confirm(owner, owner.getByRole('dialog', { name: 'Pass', exact: true }));
  await expect(owner.getByRole('heading', { name: 'No ticket matches', exact: true })).toBeFocused();
});

test('the ticket page has them too', async ({ page: owner, as }) => {
  const member = await as('member');
  await signIn(owner, 'owner');
  const [first] = (await waiting(member, owner, ['page-1'], 'page-1')) as [number];
  await openTicket(owner, first);
  await press(owner, 'r');
  await expect(owner.getByRole('dialog', { name: 'Reject', exact: true })).toBeVisible();
  await owner.keyboard.press('Escape');
  await expect(owner.getByRole('dialog')).toHaveCount(0);
  await press(owner, 'p');
  await confirm(owner, owner.getByRole('dialog', { name: 'Pass', exact: true }));
  // The dialog closes at once; what the page offers follows as soon as it is read again.
  await expect(owner.getByRole('button', { name: 'Pass', exact: true })).toHaveCount(0);
  await press(owner, 'p');
  await expect(owner.getByRole('dialog'), 'passed already').toHaveCount(0);
  // Somebody who may not decide has no control to press.
  await openTicket(member, first);
  await press(member, 'p');
  await expect(member.getByRole('dialog')).toHaveCount(0);
});

test('? lists them, and they can be turned off', async ({ page: owner, as }) => {
  const member = await as('member');
  await signIn(owner, 'owner');
  const [first, second] = (await waiting(member, owner, ['keys-1', 'keys-2'], 'keys-')) as [number, number];
  await press(owner, '?');
  await expect(shortcuts(owner)).toBeVisible();
  for (const text of ['Next ticket', 'Previous ticket', 'Open', 'Pass', 'Reject', 'Select']) await expect(shortcuts(owner)).toContainText(text);
  await axe(owner);
  await fitsPhone(owner);
  const on = shortcuts(owner).getByRole('checkbox', { name: 'Single-key shortcuts', exact: true });
  await expect(on).toBeFocused();
  await expect(on).toBeChecked();
  await press(owner, 'j');
  await expect(number(owner, first), 'not behind what is open').not.toBeFocused();
  await on.uncheck();
  await owner.keyboard.press('Escape');
  await expect(shortcuts(owner)).toBeHidden();
  await press(owner, 'j?');
  await expect(shortcuts(owner)).toBeHidden();
  await expect(number(owner, first)).not.toBeFocused();

  // Kept in this browser, and turned on again by the button.
  await owner.reload();
  await press(owner, 'j');
  await expect(number(owner, first)).not.toBeFocused();
  await owner.getByRole('button', { name: 'Keyboard shortcuts', exact: true }).click();
  await expect(on).not.toBeChecked();
  await on.check();
  await owner.keyboard.press('Escape');
  await press(owner, 'jj');
  await expect(number(owner, second)).toBeFocused();
});

test('never while one types, nor with another key', async ({ page: owner, as }) => {
  const member = await as('member');
  await signIn(owner, 'owner');
  const [first] = (await waiting(member, owner, ['typed-1'], 'typed-')) as [number];
  const filter = owner.getByRole('search').getByLabel('Resource name', { exact: true });
  await filter.focus();
  await filter.press('End');
  await owner.keyboard.type('jx?');
  await expect(filter).toHaveValue('typed-jx?');
  await owner.getByRole('heading', { level: 1 }).click();
  await owner.keyboard.press('Alt+j');
  await owner.keyboard.press('Control+j');
  await expect(number(owner, first)).not.toBeFocused();
  await press(owner, 'j');
  await expect(number(owner, first)).toBeFocused();
  // While a menu is open, the keys are the menu's.
  await owner.getByRole('banner').getByRole('button', { name: 'Tickets', exact: true }).click();
  await press(owner, 'p');
  await expect(owner.getByRole('dialog')).toHaveCount(0);
});
