// The pages that are measured, and who asks for each. Words in capitals in a path are filled in from the database.

/** What the other pages are compared with: an answer that takes one SQL statement, and a page that takes none. */
export const floor = [
  { name: 'healthz', path: '/healthz', everyLoad: true, beside: true },
  { name: 'sign-in page', path: '/login', everyLoad: true, beside: true },
];

/** `list`: a list of 50 rows, which has a target measured against the sign-in page. */
export function pages(tickets) {
  const workflow = '/tickets/workflow';
  const support = '/tickets/support';
  const middle = Math.ceil(tickets / 2);
  return [
    { name: 'My Tickets', path: `${workflow}/mine`, user: 'member', everyLoad: true, beside: true, list: true },
    { name: 'My Tickets, by resource', path: `${workflow}/mine?resource=bench-1`, user: 'member' },
    { name: 'My Pending', path: `${workflow}/pending`, user: 'owner', list: true },
    { name: 'I Resolved', path: `${workflow}/resolved`, user: 'owner', list: true },
    { name: 'I Involved', path: `${workflow}/involved`, user: 'owner', list: true },
    { name: 'All Tickets', path: `${workflow}/all`, user: 'sysadmin', everyLoad: true, beside: true, list: true },
    { name: 'All Tickets, half-way down', path: `${workflow}/all?after=${middle}`, user: 'sysadmin', list: true },
    { name: 'All Tickets, by status', path: `${workflow}/all?status=canceled`, user: 'sysadmin', list: true },
    { name: 'All Tickets, by project', path: `${workflow}/all?project=project-17`, user: 'sysadmin' },
    { name: 'All Tickets, by initiator', path: `${workflow}/all?initiator=requester-123`, user: 'sysadmin' },
    { name: 'All Tickets, by resource', path: `${workflow}/all?resource=bench-${middle}`, user: 'sysadmin' },
    { name: 'All Tickets, no such resource', path: `${workflow}/all?resource=nowhere`, user: 'sysadmin' },
    { name: 'All Tickets, by dates', path: `${workflow}/all?from=FROM&to=TO`, user: 'sysadmin', list: true },
    { name: 'a ticket that is done', path: `${workflow}/DONE`, user: 'member', everyLoad: true, beside: true },
    { name: 'a ticket that waits', path: `${workflow}/WAITING`, user: 'owner' },
    { name: 'Support / My Tickets', path: `${support}/mine`, user: 'member', list: true },
    { name: 'Support / My Pending', path: `${support}/pending`, user: 'helpdesk', list: true },
    { name: 'Support / All Tickets', path: `${support}/all`, user: 'sysadmin', list: true },
    { name: 'a thread of 1,000 replies', path: `${support}/THREAD`, user: 'member' },
    { name: 'the frame with the bell', path: '/account', user: 'owner', beside: true },
    { name: 'Hosts', path: '/hosts', user: 'member', list: true },
    { name: 'Hosts / Create', path: '/hosts/new', user: 'member' },
    { name: 'Quotas', path: '/quotas', user: 'member' },
    { name: 'Ticket Setup', path: '/settings/tickets', user: 'sysadmin' },
    { name: 'Users', path: '/directory/users', user: 'sysadmin' },
    { name: 'Operation Log', path: '/logs', user: 'sysadmin' },
    { name: 'Operation Log, by operator', path: '/logs?operator=requester-123', user: 'sysadmin' },
  ];
}
