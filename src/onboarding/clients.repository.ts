/** SQL that finds, makes and updates clients. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ClientIdentifiers } from './client.entity';

/** A client's keys. */
export interface ClientKeys {
  id: string;
  email: string | null;
  phone: string | null;
}

@Injectable()
export class ClientsRepository {
  /** The clients with this e-mail, this phone or this id, locked until the transaction ends. */
  find(manager: EntityManager, email: string | null, phone: string | null, id: string | null): Promise<ClientKeys[]> {
    return manager.query<ClientKeys[]>(
      `SELECT id, email, phone FROM client WHERE email = $1 OR phone = $2 OR id = $3 ORDER BY id FOR UPDATE`,
      [email, phone, id],
    );
  }

  /** Makes a client with its record; null when a parallel transaction has just taken the e-mail or the phone. */
  async create(
    manager: EntityManager,
    { email, phone }: Omit<ClientKeys, 'id'>,
    identifiers: ClientIdentifiers,
    now: Date,
  ): Promise<ClientKeys | null> {
    const [created] = await manager.query<{ id: string }[]>(
      `INSERT INTO client (email, phone, identifiers, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
       ON CONFLICT DO NOTHING RETURNING id`,
      [email, phone, JSON.stringify(identifiers), now],
    );
    return created ? { id: created.id, email, phone } : null;
  }

  /** True when another client has this e-mail or phone. */
  async isTaken(manager: EntityManager, key: 'email' | 'phone', value: string, exceptId: string): Promise<boolean> {
    const rows = await manager.query<{ id: string }[]>(`SELECT id FROM client WHERE ${key} = $1 AND id <> $2`, [
      value,
      exceptId,
    ]);
    return rows.length > 0;
  }

  /** Writes a client's keys and record. */
  async update(manager: EntityManager, client: ClientKeys, identifiers: ClientIdentifiers, now: Date): Promise<void> {
    await manager.query('UPDATE client SET email = $2, phone = $3, identifiers = $4, updated_at = $5 WHERE id = $1', [
      client.id,
      client.email,
      client.phone,
      JSON.stringify(identifiers),
      now,
    ]);
  }

  /** Removes a client that no response belongs to any more. */
  async remove(manager: EntityManager, id: string): Promise<void> {
    await manager.query('DELETE FROM client WHERE id = $1', [id]);
  }
}
