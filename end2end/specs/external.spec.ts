// External Ticket: connecting a third-party ticket system. What happens with a real one is tested by `make test-rt` and `make test-redmine`.
import { axe, expect, fitsPhone, signIn, test } from '../support/fixtures.ts';
import { expectProblem } from '../support/pages.ts';

test('a system that is not there is not connected, and what is wrong stands at its field', async ({ page }) => {
  await signIn(page, 'sysadmin');
  await page.goto('/settings/external');
  await expect(page.getByRole('heading', { level: 1, name: 'External Ticket', exact: true })).toBeVisible();
  const [address, token] = [page.getByLabel('Address', { exact: true }), page.getByLabel('Account token', { exact: true })];
  const kind = page.getByLabel('Kind', { exact: true });
  await expect(kind.getByRole('option')).toHaveText(['Request Tracker', 'Redmine']);
  const tryIt = page.getByRole('button', { name: 'Test connection', exact: true });
  await axe(page);
  await fitsPhone(page);
  await tryIt.click();
  await expectProblem(address, /required/i);
  await expectProblem(token, /required/i);
  await address.fill('rt.example.com');
  await token.fill('1-2-secret');
  await tryIt.click();
  await expectProblem(address, /begins with http/);
  // Nobody listens there.
  await kind.selectOption('Redmine');
  await address.fill('http://127.0.0.1:1');
  await token.fill('1-2-secret');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expectProblem(address, /no connection/);
  await expect(address).toHaveValue('http://127.0.0.1:1');
  await expect(kind).toHaveValue('redmine');
  await expect(token, 'a token never comes back').toHaveValue('');
  await page.goto('/settings/external');
  await expect(address, 'nothing was saved').toHaveValue('');
  await page.goto('/settings/tickets?dialog=configure');
  await expect(page.getByRole('dialog').getByLabel('Kind', { exact: true }).getByRole('option'), 'nor offered').toHaveText(['Built-in']);
});

test('only the System View connects systems', async ({ page, allow }) => {
  allow(403);
  await signIn(page, 'domainadmin');
  await page.goto('/settings/external');
  await expect(page.getByRole('main')).toContainText('for system administrators');
  await expect(page.getByLabel('Address', { exact: true })).toHaveCount(0);
});
