// The list, details and thread pages of the demo, with who looks at them.
import { signIn } from '../../benches/served.mjs';

export async function pages(url) {
  const cookie = await signIn(url, 'member');
  const first = async (list) => {
    const html = await (await fetch(url + list, { headers: { cookie, accept: 'text/html' } })).text();
    const found = new RegExp(`${list.replace(/mine$/, '')}(\\d+)`).exec(html)?.[1];
    if (!found) throw new Error(`${list} of member lists no ticket`);
    return found;
  };
  return [
    { name: 'list', path: '/tickets/workflow/mine', who: 'member' },
    { name: 'details', path: `/tickets/workflow/${await first('/tickets/workflow/mine')}`, who: 'member' },
    { name: 'thread', path: `/tickets/support/${await first('/tickets/support/mine')}`, who: 'member' },
  ];
}
