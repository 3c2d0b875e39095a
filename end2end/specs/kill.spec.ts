// A power cut between the last Pass and Running: after it there is one host, Running, once.
import { expect, signIn, test } from '../support/fixtures.ts';
import { decide, eventually, fact, openTicket, post, requestHost, row, seen, soon } from '../support/pages.ts';

const DELAY = 1500;
test.use({ serverEnv: { COUNTERSIGN_DEPLOY_DELAY: `${DELAY}ms` } });

test('kill -9 between the last Pass and Running, at every step', async ({ page: member, as, server, allow }) => {
  test.setTimeout(240_000);
  // Requests that the browsers had open when the server went.
  allow(/net::ERR_/);
  await signIn(member, 'member');
  const owner = await as('owner');
  const sysadmin = await as('sysadmin');
  const names = ['cut-1', 'cut-2', 'cut-3', 'cut-4'];
  const numbers: number[] = [];
  for (const name of names) {
    const number = await requestHost(member, { name });
    await decide(owner, number, 'Pass');
    numbers.push(number);
  }

  // So far apart that each is at another step when the power goes; the last one was passed just now.
  for (const number of numbers) {
    if (number !== numbers[0]) await member.waitForTimeout(DELAY);
    expect(JSON.stringify(await post(sysadmin, 'pass', { number, version: 2, seen: await seen(sysadmin, number), note: '', back: '' }))).toContain('"done"');
  }
  await server.restart('SIGKILL');
  // And again, while it has hardly begun to take up what was left.
  await member.waitForTimeout(300);
  await server.restart('SIGKILL');

  await member.goto('/hosts?name=cut-');
  for (const name of names) {
    await eventually(member, async () => {
      await soon(row(member, name)).toContainText('Running');
    }, 90);
  }
  const completed = async () => {
    for (const [i, number] of numbers.entries()) {
      await openTicket(member, number);
      await eventually(member, async () => {
        await soon(fact(member, 'Status')).toHaveText('Completed');
      });
      await expect(fact(member, 'Execution Result')).toHaveText('Succeeded');
      const ended = member.getByRole('listitem').filter({ hasText: 'Execution' }).filter({ hasText: 'Countersign' });
      await expect(ended, 'the execution ended once').toHaveCount(1);
      await member.goto('/hosts?name=cut-');
      await expect(row(member, names[i]!)).toHaveCount(1);
    }
  };
  await completed();
  // Nothing runs a second time, either: not after a quiet while, not after another start.
  await member.waitForTimeout(2 * DELAY);
  await server.restart();
  await completed();
  await expect(member.getByRole('row')).toHaveCount(1 + names.length);
});
