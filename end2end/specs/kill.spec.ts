// A power cut between the last Pass and Running: after it there is one host, Running, once.
import { expect, signIn, test } from '../support/fixtures.ts';
import { decide, eventually, fact, openTicket, requestHost, row, soon } from '../support/pages.ts';

const DELAY = 1500;
test.use({ serverEnv: { COUNTERSIGN_DEPLOY_DELAY: `${DELAY}ms` } });

// Right after the Pass, within each of the three steps, and twice in one execution.
for (const [when, cuts] of Object.entries({
  'at once': [0],
  'in the first step': [DELAY / 2],
  'in the second step': [DELAY * 1.5],
  'in the third step': [DELAY * 2.5],
  'again and again': [300, 300, 300],
})) {
  test(`kill -9 ${when}`, async ({ page: member, as, server, allow }) => {
    test.setTimeout(180_000);
    // What the browser had open when the server went.
    allow(/net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)/);
    const name = `cut-${when.replaceAll(' ', '-')}`;
    await signIn(member, 'member');
    const number = await requestHost(member, { name });
    await decide(await as('owner'), number, 'Pass');
    const sysadmin = await as('sysadmin');
    await decide(sysadmin, number, 'Pass');
    for (const pause of cuts) {
      await new Promise((done) => setTimeout(done, pause));
      await server.restart('SIGKILL');
    }
    await member.goto('/hosts');
    await eventually(member, async () => {
      await soon(row(member, name)).toContainText('Running');
    }, 120);
    await expect(row(member, name)).toHaveCount(1);

    await openTicket(member, number);
    await eventually(member, async () => {
      await soon(fact(member, 'Status')).toHaveText('Completed');
    }, 60);
    await expect(fact(member, 'Execution Result')).toHaveText('Succeeded');
    // Nothing happens a second time, either.
    await member.waitForTimeout(2 * DELAY);
    await member.goto('/hosts');
    await expect(row(member, name)).toHaveCount(1);
    await expect(row(member, name)).toContainText('Running');
    const records = await sysadmin.goto(`/tickets/workflow/${number}`).then(() => sysadmin.getByRole('listitem').filter({ hasText: 'Countersign' }));
    await expect(records, 'the execution ended once').toHaveCount(1);
  });
}
