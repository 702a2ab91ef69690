import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds what a search by text cannot: records that do not hold everything that their event says. There are few. */
const INDEXES = [
  `form_response_incomplete_text ON form_response (form_id, token) WHERE unreadable OR right(search_text, 1) = chr(10) OR length(search_text) >= 20000`,
  `webhook_event_truncated ON webhook_event (event_id) WHERE reason = 'truncated'`,
];

/** A response that belongs to no client can be erased; a person is looked for in what no client's record holds. */
export class DataSubjects1765004000000 implements MigrationInterface {
  readonly name = 'DataSubjects1765004000000';
  /** Webhooks come in while the indexes are built. */
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE erased_response ALTER COLUMN client_id DROP NOT NULL');
    for (const index of INDEXES) {
      // An interrupted build leaves an index that is not valid.
      await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${nameOf(index)}`);
      await queryRunner.query(`CREATE INDEX CONCURRENTLY ${index}`);
    }
  }

  /** A tombstone without a client gets the id of one that never existed: it must stay. */
  async down(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await queryRunner.query(`DROP INDEX IF EXISTS ${nameOf(index)}`);
    await queryRunner.query('UPDATE erased_response SET client_id = gen_random_uuid() WHERE client_id IS NULL');
    await queryRunner.query('ALTER TABLE erased_response ALTER COLUMN client_id SET NOT NULL');
  }
}

function nameOf(index: string): string {
  return index.slice(0, index.indexOf(' '));
}
