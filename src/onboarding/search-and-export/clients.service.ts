import { Injectable } from '@nestjs/common';
import { AuditLog, Author } from '../../audit/audit-log';
import { DomainError } from '../../core/problem';
import { toPage } from '../../rest/page';
import type { Client } from '../client.entity';
import type { ClientDetailView, ClientPage, ClientsQuery, ClientView } from './clients.dto';
import { ClientsQueryRepository, type SharedPhone } from './clients-query.repository';
import { toResponseView } from './response-view';
import { ResponsesQueryRepository } from './responses-query.repository';

const MAX_RESPONSES = 200;

/** Clients as admins see them. */
@Injectable()
export class ClientsService {
  constructor(
    private readonly clients: ClientsQueryRepository,
    private readonly responses: ResponsesQueryRepository,
    private readonly audit: AuditLog,
  ) {}

  /** Newest first. Looking for a person leaves an audit entry, without what was looked for. */
  async list({ email, phone, q, conflict, limit, cursor }: ClientsQuery, by: Author): Promise<ClientPage> {
    const wanted = Object.entries({ email, phone, q }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    if (wanted.length > 0) {
      await this.audit.recordRead({ ...by, action: 'clients.searched', subject: '*', details: { by: wanted } });
    }
    const filter = {
      ...(email === undefined ? {} : { email }),
      ...(phone === undefined ? {} : { phone: plus(phone) }),
      ...(q === undefined ? {} : { q }),
      ...(conflict === undefined ? {} : { conflict: conflict === 'true' }),
    };
    const rows = await this.clients.list(filter, limit, cursor);
    const shared = await this.clients.sharedPhones(rows);
    return toPage(
      rows,
      limit,
      (row) => [row.createdAt, row.id],
      (row) => toView(row, shared.get(row.id)),
    );
  }

  /** A client with its responses. Throws `not_found`. */
  async get(id: string): Promise<ClientDetailView> {
    const client = await this.clients.findOne(id);
    if (!client) throw new DomainError('not_found', 'there is no such client');
    const shared = await this.clients.sharedPhones([client]);
    const responses = await this.responses.list({ clientId: id, limit: MAX_RESPONSES });
    return { ...toView(client, shared.get(id)), responses: responses.slice(0, MAX_RESPONSES).map(toResponseView) };
  }
}

function toView(client: Client, shared: readonly SharedPhone[] = []): ClientView {
  const { id, email, phone, identifiers, createdAt, updatedAt } = client;
  const conflicts = shared.map((conflict) => ({ kind: 'shared_phone' as const, ...conflict }));
  return { id, email, phone, identifiers, conflicts, createdAt, updatedAt };
}

/** In a query string, an unencoded plus becomes a blank. */
function plus(phone: string): string {
  return phone.replace(/^ /, '+');
}
