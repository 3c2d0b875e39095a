// Joining a project: from a first sign-in without any to work in one.
import { axe, expect, fitsPhone, hydrated, scripts, signIn, test, type Page } from '../support/fixtures.ts';
import {
  action, bell, confirm, expectProblem, expectRow, fact, offeredViews, openDialog, openTicket, row, said, viewButton,
} from '../support/pages.ts';
import type { Locator } from '@playwright/test';

test.describe.configure({ mode: 'serial' });

const APPLY = 'Apply to join project';
const dialogOf = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });

async function openForm(page: Page): Promise<Locator> {
  await action(page.getByRole('main'), APPLY).click();
  await expect(dialogOf(page, APPLY)).toBeVisible();
  return dialogOf(page, APPLY);
}

/** The number of the application that the page shows. */
async function shown(page: Page): Promise<number> {
  const title = page.getByRole('heading', { name: /^Your application #\d+$/ });
  await expect(title).toBeVisible();
  return Number((await title.innerText()).replace(/\D/g, ''));
}

test('a newcomer applies, looks, takes it back, applies again and is let in', async ({ page: newcomer, as }) => {
  test.setTimeout(90_000);
  await signIn(newcomer, 'newcomer');
  await expect(newcomer.getByRole('heading', { level: 1 })).toContainText('no project yet');
  const dialog = await openForm(newcomer);
  await axe(newcomer);
  await fitsPhone(newcomer);
  const projects = await dialog.getByLabel('Project', { exact: true }).getByRole('option').allTextContents();
  expect(projects, 'those of the own domain').toEqual(['Any project', 'system', 'web']);
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(dialog.getByLabel('Reason', { exact: true }), /required/i);
  await dialog.getByLabel('Reason', { exact: true }).fill('I start on Monday.');
  await confirm(newcomer, dialog);
  await expect(newcomer).toHaveURL(/\/no-project/);
  await expect(said(newcomer, /Ticket \d+ submitted/)).toBeVisible();
  const first = await shown(newcomer);
  await expect(newcomer.getByRole('main')).toContainText('Incomplete');
  await expect(action(newcomer.getByRole('main'), APPLY), 'one at a time').toHaveCount(0);
  await axe(newcomer);
  await fitsPhone(newcomer);

  // View opens the ticket, under a bar without views.
  await action(newcomer.getByRole('main'), 'View').click();
  await expect(newcomer).toHaveURL(new RegExp(`/tickets/workflow/${first}$`));
  await expect(newcomer.getByRole('heading', { level: 1 })).toContainText(String(first));
  await hydrated(newcomer);
  await expect(fact(newcomer, 'Reason')).toHaveText('I start on Monday.');
  await expect(fact(newcomer, "Applicant's domain")).toHaveText('Default');
  await expect(viewButton(newcomer)).toHaveCount(0);
  await expect(newcomer.getByRole('navigation', { name: 'Main', exact: true })).toHaveCount(0);
  await axe(newcomer);
  await fitsPhone(newcomer);
  await newcomer.getByRole('banner').getByRole('button', { name: 'newcomer', exact: true }).click();
  await newcomer.getByRole('link', { name: 'Account', exact: true }).click();
  await expect(newcomer.getByRole('heading', { level: 1, name: 'Account', exact: true })).toBeVisible();
  await hydrated(newcomer);
  await newcomer.goto('/hosts');
  await expect(newcomer, 'there is nothing else yet').toHaveURL(/\/no-project/);

  // Undo, with a reason.
  await action(newcomer.getByRole('main'), 'Undo').click();
  const undo = dialogOf(newcomer, 'Undo');
  await undo.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(undo.getByLabel('Reason', { exact: true }), /required/i);
  await undo.getByLabel('Reason', { exact: true }).fill('Forgot the project.');
  await confirm(newcomer, undo);
  await expect(newcomer).toHaveURL(/\/no-project/);
  await expect(newcomer.getByRole('main')).toContainText('Canceled');
  await expect(newcomer.getByRole('main')).toContainText('Forgot the project.');

  // Again, with a wish.
  const again = await openForm(newcomer);
  await again.getByLabel('Reason', { exact: true }).fill('I start on Monday.');
  await again.getByLabel('Project', { exact: true }).selectOption({ label: 'web' });
  await confirm(newcomer, again);
  await expect(newcomer.getByRole('heading', { name: `Your application #${first}` })).toHaveCount(0);
  const number = await shown(newcomer);

  // The domain's administrator chooses project and roles.
  const domainadmin = await as('domainadmin');
  await openTicket(domainadmin, number);
  await expect(fact(domainadmin, 'Wished project')).toHaveText('web');
  const pass = await openDialog(domainadmin, number, 'Pass');
  await expect(pass).toContainText(`#${number}. Pass: newcomer joins the project chosen here, in the roles chosen here. Wished for: web.`);
  await expect(pass).toContainText('Reason: I start on Monday.');
  const project = pass.getByLabel('Project', { exact: true });
  await expect(project.getByRole('option', { selected: true })).toHaveText('web');
  expect(await project.getByRole('option').allTextContents()).toEqual(['Choose a project', 'system', 'web']);
  const role = (name: string) => pass.getByRole('group', { name: 'Roles', exact: true }).getByRole('checkbox', { name, exact: true });
  await expect(role('domainadmin')).toBeVisible();
  await expect(role('admin'), 'wider than the view').toHaveCount(0);
  await axe(domainadmin);
  await fitsPhone(domainadmin);
  await project.selectOption({ label: 'Choose a project' });
  await pass.getByLabel('Note', { exact: true }).fill('Welcome.');
  await pass.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(project, /choose the project/i);
  await expectProblem(role('member'), /at least one role/i);
  await expect(pass.getByLabel('Note', { exact: true })).toHaveValue('Welcome.');
  await project.selectOption({ label: 'web' });
  await role('member').check();
  await role('support').check();
  await confirm(domainadmin, pass);
  await expect(row(domainadmin, number)).toHaveCount(0);

  // The page moves on by itself; without scripts, at the next look.
  if (!scripts()) await newcomer.reload();
  await expect(newcomer).toHaveURL(/\/hosts/, { timeout: 15_000 });
  await hydrated(newcomer);
  await expect(viewButton(newcomer)).toHaveText('Project View: web');
  expect(await offeredViews(newcomer)).toEqual(['Project View: web']);
  await newcomer.goto('/hosts/new');
  await expect(newcomer.getByRole('button', { name: 'Submit Ticket', exact: true }), 'as a member').toBeVisible();
  await newcomer.goto('/tickets/workflow/mine');
  await expectRow(newcomer, number, { Type: 'Join Project Application', Status: 'Completed', 'Process Result': 'Approved', 'Execution Result': 'Succeeded' });
  await openTicket(newcomer, number);
  await expect(newcomer.getByRole('main')).toContainText('newcomer is now member, support in web.');
});

test('in a Project View one applies from the bell', async ({ page: member, as }) => {
  await signIn(member, 'member');
  await bell(member).click();
  await member.getByRole('list', { name: 'New Ticket', exact: true }).getByRole('link', { name: APPLY, exact: true }).click();
  const dialog = dialogOf(member, APPLY);
  await expect(dialog).toBeVisible();
  await hydrated(member);
  await dialog.getByLabel('Reason', { exact: true }).fill('To help out in system.');
  await dialog.getByLabel('Project', { exact: true }).selectOption({ label: 'system' });
  await confirm(member, dialog);
  await expect(member).toHaveURL(/\/tickets\/workflow\/mine/);
  await expectRow(member, 'system', { Type: 'Join Project Application', Status: 'Incomplete' });

  // A second one is refused, with a way to the first.
  await member.goto('/tickets/workflow/mine?dialog=join');
  await dialog.getByRole('link', { name: /^#\d+$/ }).click();
  await expect(member).toHaveURL(/\/tickets\/workflow\/\d+$/);

  // Other views don't offer it.
  const sysadmin = await as('sysadmin');
  await sysadmin.goto('/tickets/workflow/mine?dialog=join');
  await expect(dialogOf(sysadmin, "That isn't possible")).toBeVisible();
});
