// A ticket system that answers like Request Tracker's REST 2.0, as far as Countersign asks it. What a real one does is
// checked by `make test-rt`; this one is for what the pages show of it.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const TOKEN = '1-2-dock';

type Ticket = { id: number; subject: string; status: string; texts: string[] };
type Transaction = { id: number; ticket: number; type: string; creator: string; words: string; status?: string };

export class Helpdesk {
  readonly token = TOKEN;
  readonly tickets: Ticket[] = [];
  private readonly transactions: Transaction[] = [];
  private isAway = false;
  private refused?: string;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Helpdesk> {
    let desk: Helpdesk;
    const server = createServer((request, response) => {
      void body(request).then((sent) => {
        const [status, answer] = desk.answer(request, sent);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
    desk = new Helpdesk(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return desk;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers nothing but errors, as behind a proxy whose server is down. */
  away(isAway: boolean) {
    this.isAway = isAway;
  }

  /** Refuses every text with this word in it, until told otherwise. */
  refuse(word: string | undefined) {
    this.refused = word;
  }

  /** Somebody who works there replies. */
  reply(ticket: number, words: string) {
    this.tell(ticket, 'Correspond', 'Robin', words);
  }

  setStatus(ticket: number, status: string) {
    this.tickets[ticket - 1]!.status = status;
    this.tell(ticket, 'Status', 'Robin', '', status);
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private tell(ticket: number, type: string, creator: string, words: string, status?: string) {
    this.transactions.push({ id: this.transactions.length + 1, ticket, type, creator, words, ...(status && { status }) });
  }

  private answer(request: IncomingMessage, sent: Record<string, string>): [number, unknown] {
    const url = new URL(request.url!, 'http://127.0.0.1');
    const path = url.pathname.replace('/REST/2.0', '');
    if (this.isAway) return [502, {}];
    if (request.headers.authorization !== `token ${TOKEN}`) return [401, { message: 'Unauthorized' }];
    if (this.refused && sent.Content?.includes(this.refused)) return [422, { message: `no ${this.refused} here` }];
    if (path === '/rt') return [200, { Version: '5.0.3' }];
    if (path === '/queues/all') return [200, { items: [{ id: '1', Name: 'Support' }, { id: '2', Name: 'Network' }] }];
    if (path === '/tickets') return [200, { items: [] }];
    if (path === '/ticket') {
      const ticket = { id: this.tickets.length + 1, subject: sent.Subject!, status: 'new', texts: [sent.Content!] };
      this.tickets.push(ticket);
      return [201, { id: String(ticket.id), type: 'ticket' }];
    }
    if (path === '/transactions') return [200, { items: this.listed(url.searchParams) }];
    const [, what, id, more] = path.split('/');
    if (what === 'transaction') {
      const { words } = this.transactions[Number(id) - 1]!;
      return [200, { items: [{ ContentType: 'text/plain', Content: words }] }];
    }
    const ticket = this.tickets[Number(id) - 1];
    if (!ticket) return [404, { message: 'No such ticket' }];
    if (more === 'correspond') {
      ticket.texts.push(sent.Content!);
      this.tell(ticket.id, 'Correspond', 'dock', sent.Content!);
      return [201, ['Correspondence added']];
    }
    if (request.method === 'PUT') {
      ticket.status = sent.Status!;
      this.tell(ticket.id, 'Status', 'dock', '', ticket.status);
      return [200, ['Status changed']];
    }
    return [200, { Status: ticket.status, Owner: { id: ticket.status === 'new' ? 'Nobody' : 'Robin' } }];
  }

  private listed(asked: URLSearchParams): unknown[] {
    // The transactions after an id, or, when asked whether a reply has come before, those of one ticket.
    const query = asked.get('query')!;
    const after = Number(query.match(/ id > (\d+)$/)?.[1] ?? 0);
    const of = query.match(/ObjectId='(\d+)'/)?.[1];
    const found = this.transactions.filter(({ id, ticket, type }) => id > after && (!of || (ticket === Number(of) && type === 'Correspond')));
    const page = asked.get('order') === 'DESC' ? found.reverse().slice(0, Number(asked.get('per_page'))) : found;
    return page.map(({ id, ticket, type, creator, status }) => ({
      id: String(id), Type: type, ObjectId: String(ticket), Creator: { id: creator }, Created: new Date().toISOString(), NewValue: status ?? null,
    }));
  }
}

async function body(request: IncomingMessage): Promise<Record<string, string>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text ? (JSON.parse(text) as Record<string, string>) : {};
}
