// Files in a thread: sent along, seen, downloaded as what they are, removed; and texts that mean harm.
import { axe, expect, fitsPhone, scripts, signIn, test, type Page } from '../support/fixtures.ts';
import { action, confirm, expectProblem } from '../support/pages.ts';
import { openThread, replyBox, requestDialog, requestSupport } from '../support/support.ts';
import { readFile } from 'node:fs/promises';

/** Two by two pixels. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==', 'base64');
const picker = (page: Page) => page.getByLabel('Attachments', { exact: true });
const last = (page: Page) => page.getByRole('article').last();
const submit = (page: Page) => page.getByRole('button', { name: 'Submit', exact: true });

async function answer(page: Page, number: number, text: string, files: { name: string; mimeType: string; buffer: Buffer }[]) {
  await openThread(page, number);
  await action(page.getByRole('main'), 'Reply').click();
  await replyBox(page).fill(text);
  await picker(page).setInputFiles(files);
}

test('files go with a request and with a reply, and out again', async ({ page: member, as }) => {
  await signIn(member, 'member');
  await member.goto('/tickets/support/mine?dialog=request');
  await requestDialog(member).getByLabel('Problem description', { exact: true }).fill('It looks like this');
  await picker(member).setInputFiles({ name: 'screen.png', mimeType: 'image/png', buffer: PNG });
  if (scripts()) await expect(requestDialog(member)).toContainText('screen.png');
  await axe(member);
  await fitsPhone(member);
  await confirm(member, requestDialog(member));
  await member.getByRole('link', { name: 'View', exact: true }).first().click();
  const picture = last(member).getByRole('img', { name: 'screen.png', exact: true });
  await expect(picture).toBeVisible();
  expect(await picture.evaluate(async (img: HTMLImageElement) => (await img.decode(), img.naturalWidth))).toBe(2);
  const number = Number(member.url().match(/support\/(\d+)/)![1]);

  const helpdesk = await as('helpdesk');
  await answer(helpdesk, number, 'Try this, and read that.', [
    { name: 'fix.sh', mimeType: 'text/plain', buffer: Buffer.from('#!/bin/sh\necho fixed\n') },
    { name: 'evil.html', mimeType: 'text/html', buffer: Buffer.from('<script>document.title = "run"</script>') },
  ]);
  if (scripts()) await expect(helpdesk.getByRole('main')).toContainText('21 B');
  await axe(helpdesk);
  await fitsPhone(helpdesk);
  await submit(helpdesk).click();
  await expect(last(helpdesk).getByRole('link', { name: 'fix.sh', exact: true })).toBeVisible();
  await axe(helpdesk);
  await fitsPhone(helpdesk);

  await openThread(member, number);
  for (const [name, content] of [['fix.sh', 'echo fixed'], ['evil.html', '<script>']] as const) {
    const [download] = await Promise.all([
      member.waitForEvent('download'),
      last(member).getByRole('link', { name, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(name);
    expect(await readFile(await download.path(), 'utf8')).toContain(content);
  }
  await expect(member).toHaveURL(new RegExp(`/tickets/support/${number}`));

  // The sender of a file removes it; its name stays.
  await expect(action(last(member), 'Remove')).toHaveCount(0);
  await last(helpdesk).getByRole('listitem').filter({ hasText: 'evil.html' }).getByRole('button', { name: 'Remove', exact: true }).click();
  const remove = helpdesk.getByRole('dialog', { name: 'Remove Attachment', exact: true });
  await expect(remove).toContainText('evil.html');
  await axe(helpdesk);
  await confirm(helpdesk, remove);
  await expect(last(helpdesk)).toContainText('evil.html was removed by helpdesk.');
  await expect(last(helpdesk).getByRole('link', { name: 'evil.html', exact: true })).toHaveCount(0);
  await axe(helpdesk);
});

test('too many files are refused, and what was written stays', async ({ page: member }) => {
  await signIn(member, 'member');
  const number = await requestSupport(member, 'Six files');
  const files = [1, 2, 3, 4, 5, 6].map((n) => ({ name: `${n}.txt`, mimeType: 'text/plain', buffer: Buffer.from(String(n)) }));
  await answer(member, number, 'All of them', files);
  await submit(member).click();
  await expectProblem(picker(member), /At most 5 files/);
  await expect(replyBox(member)).toHaveValue('All of them');
  // A control that lies half under the frame's head would count as too small to be touched.
  await member.evaluate(() => scrollTo(0, 0));
  await axe(member);
  // Fewer files are taken. Without scripts they are chosen anew after a refusal, but not those that the server has
  // kept.
  await picker(member).setInputFiles(files.slice(0, 2));
  await replyBox(member).fill('x'.repeat(10_001));
  await submit(member).click();
  await expectProblem(replyBox(member), /at most 10,000 characters/);
  await expect(member.getByRole('main')).toContainText('1.txt');
  await replyBox(member).fill('Two of them');
  await submit(member).click();
  await expect(last(member).getByRole('link', { name: '2.txt', exact: true })).toBeVisible();
  await expect(last(member)).toContainText('1.txt');
});

test('texts and names that mean harm are shown inert, and the page stays a page', async ({ page: member }) => {
  await signIn(member, 'member');
  const texts = [
    '<script>document.title = "run"</script><img src=x onerror="document.title = \'run\'">',
    '[click](javascript:alert(1)) <a href="javascript:alert(1)" onclick="alert(1)">x</a> ![p](http://127.0.0.1:9/pixel.png)',
    '<svg onload="document.title = \'run\'"><style>body { display: none }</style></svg>',
    '>'.repeat(9_900) + ' deep',
    'x'.repeat(10_000),
    'safe\u202Egpj.exe\u200B and \u2066turned\u2069',
    ('- '.repeat(500) + 'deep\n').repeat(9),
    '| a |\n|---|\n' + `| ${'wide'.repeat(200)} |\n`.repeat(5),
  ];
  const number = await requestSupport(member, 'Harm');
  await openThread(member, number);
  for (const text of texts) {
    await action(member.getByRole('main'), 'Reply').click();
    await replyBox(member).fill(text);
    await submit(member).click();
    await expect(replyBox(member)).toHaveCount(0);
  }
  await expect(member.getByRole('article')).toHaveCount(texts.length + 1);
  await answer(member, number, 'And files', [
    { name: 'picture.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>') },
    // A GIF for a browser that looks at the first bytes, a page for one that looks for tags.
    { name: 'poly.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a/*<html><script>alert(1)</script>*/=1;') },
    { name: `${'long'.repeat(100)}.txt`, mimeType: 'text/plain', buffer: Buffer.from('x') },
    { name: 'turn\u202Egpj.exe', mimeType: 'image/png', buffer: Buffer.from('MZ') },
    { name: '"><img src=x onerror=alert(1)>.txt', mimeType: 'text/plain', buffer: Buffer.from('x') },
  ]);
  await submit(member).click();
  await expect(last(member).getByRole('link', { name: 'picture.svg', exact: true })).toBeVisible();
  await expect(last(member).getByRole('link', { name: 'turngpj.exe', exact: true })).toBeVisible();
  await expect(last(member).getByRole('img'), 'only what begins like a picture is shown as one').toHaveCount(1);
  await expect(member).not.toHaveTitle('run');
  await expect(member.getByRole('main').locator('script, iframe, form:not([method]), [onload], [onerror], [onclick]')).toHaveCount(0);
  for (const href of await member.getByRole('main').getByRole('link').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol))) {
    expect(['http:', 'https:', 'mailto:']).toContain(href);
  }
  await fitsPhone(member);
  await axe(member);

  // Nothing in a file runs, neither if it is opened by its address nor if it is loaded as a script.
  const gif = await last(member).getByRole('img').getAttribute('src');
  const response = await member.request.get(gif!);
  expect(response.headers()['content-type']).toBe('image/gif');
  expect(response.headers()['content-security-policy']).toContain('sandbox');
  expect(response.headers()['x-content-type-options']).toBe('nosniff');
});
