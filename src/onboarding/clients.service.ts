import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { canonicalEmail } from '../core/identification/email-values';
import { canonicalPhone } from '../core/identification/phone-values';
import { DomainError } from '../core/problem';
import { decodeCursor, toPage } from '../rest/page';
import { Client } from './client.entity';
import type { ClientDetailView, ClientPage, ClientsQuery } from './clients.dto';
import { toResponseView } from './response-view';
import { ResponsesQueryRepository } from './responses-query.repository';

const MAX_RESPONSES = 200;

/** The texts a search looks through. */
const SEARCHED = ['fullName', 'firstName', 'lastName', 'company']
  .map((key) => `client.identifiers -> '${key}' ->> 'value' ILIKE :part`)
  .concat('client.email ILIKE :part', 'client.phone ILIKE :part')
  .join(' OR ');

/** Clients as admins see them. */
@Injectable()
export class ClientsService {
  constructor(
    @InjectRepository(Client) private readonly clients: Repository<Client>,
    private readonly responses: ResponsesQueryRepository,
  ) {}

  /** The newest client first. */
  async list({ email, phone, q, limit, cursor }: ClientsQuery): Promise<ClientPage> {
    const query = this.clients.createQueryBuilder('client').where('TRUE');
    if (email !== undefined) query.andWhere('client.email = :email', { email: canonicalEmail(email) });
    if (phone !== undefined) query.andWhere('client.phone = :phone', { phone: canonicalPhone(plus(phone)) });
    if (q !== undefined) query.andWhere(`(${SEARCHED})`, { part: `%${q.replace(/[\\%_]/g, '\\$&')}%` });
    const after = decodeCursor(cursor, 1);
    if (after) query.andWhere('(client.createdAt, client.id) < (:at, :id)', { at: after[0], id: after[1] });
    const rows = await query
      .orderBy('client.createdAt', 'DESC')
      .addOrderBy('client.id', 'DESC')
      .take(limit + 1)
      .getMany();
    return toPage(
      rows,
      limit,
      (row) => [row.createdAt, row.id],
      (row) => row,
    );
  }

  /** A client with its responses. Throws `not_found`. */
  async get(id: string): Promise<ClientDetailView> {
    const client = await this.clients.findOneBy({ id });
    if (!client) throw new DomainError('not_found', 'there is no such client');
    const responses = await this.responses.list({ clientId: id, limit: MAX_RESPONSES });
    return { ...client, responses: responses.slice(0, MAX_RESPONSES).map(toResponseView) };
  }
}

/** A query string turns a plus that is not encoded into a blank. */
function plus(phone: string): string {
  return phone.replace(/^ /, '+');
}
