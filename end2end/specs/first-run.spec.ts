// A first run without demo data: the one-time link, and Ticket Setup from nothing.
import { expect, fillSignIn, signIn, test } from '../support/fixtures.ts';
import { action, bell, confirm, expectProblem, expectRow, forgetSession, rowAction, said } from '../support/pages.ts';
import { addLink, configureDialog, expectLinks, linkField, openSetup, setRole } from '../support/setup.ts';

test.use({ serverArgs: [] });
test.describe.configure({ mode: 'serial' });

const password = 'correct horse battery staple';

test('the first admin sets a password through a link that works once', async ({ page, server, allow }) => {
  allow(401);
  allow(404);
  await page.goto('/login');
  await expect(page.getByText('countersign', { exact: true }), 'no password is given away outside the demo').toHaveCount(0);
  for (const name of ['admin', 'sysadmin', 'root']) {
    await fillSignIn(page, name);
    await expect(page.getByRole('alert'), 'there is no default account').toContainText(/wrong/i);
    // The alert may still be the last try's; the answer to this try empties the password.
    await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
  }

  const link = server.log.split(/\s+/).find((word) => word.startsWith(server.url) && word.length > server.url.length + 20);
  expect(link, `a one-time link in:\n${server.log}`).toBeTruthy();
  await page.goto(link!);
  await page.getByLabel('Username', { exact: true }).fill('boss');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByLabel('Repeat password', { exact: true }).fill('shirt');
  await page.getByRole('button', { name: 'Create administrator', exact: true }).click();
  await expectProblem(page.getByLabel('Password', { exact: true }), /10/);
  await expect(page.getByLabel('Username', { exact: true })).toHaveValue('boss');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Repeat password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create administrator', exact: true }).click();
  await expect(page.getByRole('banner').getByRole('button', { name: 'System View', exact: true })).toBeVisible();
  await expect(bell(page), 'no process, no bell').toHaveCount(0);

  await forgetSession(page);
  await page.goto(link!);
  await expect(page.getByLabel('Repeat password', { exact: true }), 'the link is used up').toHaveCount(0);
  await signIn(page, 'boss', password);
});

test('New makes a process with five links, disabled until it is enabled', async ({ page }) => {
  await signIn(page, 'boss', password);
  await openSetup(page);
  await action(page.getByRole('main'), 'New').first().click();
  const dialog = configureDialog(page);
  const type = dialog.getByLabel('Ticket Type', { exact: true });
  await expect(type).toBeVisible();

  // Nothing chosen: every field says so.
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expectProblem(type, /type/i);

  await type.selectOption({ label: 'Host Application' });
  await expect(type).toHaveValue('apply-machine');
  for (let i = 1; i < 5; i++) await addLink(dialog);
  await expectLinks(dialog, ['Leadership Approval', ...Array(4).fill('System Administrator Approval')]);
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  for (let i = 1; i <= 5; i++) {
    await expectProblem(linkField(dialog, i, 'Role'), /role/i);
    await expectProblem(linkField(dialog, i, 'Approver scope'), /where|scope/i);
  }
  await setRole(dialog, 1, 'project_owner', 'Project');
  await setRole(dialog, 2, 'domainadmin', 'Domain');
  for (let i = 3; i <= 5; i++) await setRole(dialog, i, 'admin', 'Global');
  await confirm(page, dialog);
  await expect(said(page, /Host Application/)).toBeVisible();
  await expectRow(page, 'Host Application', {
    Status: 'Disabled', Kind: 'Built-in', 'Approval links': /project_owner@project.*domainadmin@domain.*admin@global.*admin@global.*admin@global/,
  });
  await expect(bell(page), 'not enabled yet').toHaveCount(0);

  // A type has one process: New offers it no more.
  await action(page.getByRole('main'), 'New').first().click();
  const offered = (name: string) => type.getByRole('option', { name, exact: true });
  await expect(offered('Host Deletion')).toHaveCount(1);
  await expect(offered('Host Application')).toHaveCount(0);
  await action(dialog, 'Cancel').click();

  await rowAction(page, 'Host Application', 'Enable');
  // Nobody holds the first two roles anywhere: that is named, and enabling asks once more.
  const question = page.getByRole('dialog', { name: 'Enable', exact: true });
  await expect(question).toContainText(/Leadership Approval.*system/);
  await question.getByRole('button', { name: 'OK', exact: true }).click();
  const allTheSame = question.getByLabel('Enable it all the same', { exact: true });
  await expectProblem(allTheSame, /nobody/i);
  await allTheSame.check();
  await confirm(page, question);
  await expectRow(page, 'Host Application', { Status: 'Enabled' });
  await page.reload();
  await expect(bell(page)).toBeVisible();
});

test('Configure Process is on Technical Support, new', async ({ page }) => {
  await signIn(page, 'boss', password);
  await openSetup(page);
  await action(page.getByRole('main'), 'Configure Process').click();
  const dialog = configureDialog(page);
  await expectLinks(dialog, ['Leadership Approval']);
  await setRole(dialog, 1, 'support', 'Domain');
  await confirm(page, dialog);
  await expectRow(page, 'Technical Support', { Status: 'Disabled', 'Approval links': /^Gaps support@domain$/ });
});
