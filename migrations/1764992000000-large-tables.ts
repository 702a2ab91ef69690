import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lists stay quick among millions of rows: each filter that few rows pass has its own partial index, ordered as the list is. An
 * ordinary webhook, completed and not a test, enters none of them, so none makes it slower.
 */
const INDEXES = [
  // Brought by a back-fill (or, by the release before, replayed).
  `webhook_event_unsent ON webhook_event (received_at, event_id) WHERE source <> 'webhook'`,
  `webhook_event_form_unsent ON webhook_event (form_id, received_at, event_id) WHERE source <> 'webhook'`,
  // What is unusual, by form. Not what is pending: every event is, for a moment.
  `webhook_event_form_exceptional ON webhook_event (form_id, status, received_at, event_id) WHERE status NOT IN ('pending', 'processed')`,
  `form_response_partial ON form_response (effective_at, form_id, token) WHERE response_type = 'partial'`,
  `form_response_form_partial ON form_response (form_id, effective_at, token) WHERE response_type = 'partial'`,
  `form_response_test ON form_response (effective_at, form_id, token) WHERE test`,
  `backfill_run_form_created ON backfill_run (form_id, created_at, id)`,
  `backfill_run_failed ON backfill_run (created_at, id) WHERE status = 'failed'`,
];

/** Webhooks come in while the indexes are built, so it runs outside a transaction, and again from the start if it was interrupted. */
export class LargeTables1764992000000 implements MigrationInterface {
  readonly name = 'LargeTables1764992000000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDEXES) {
      // An interrupted build leaves an index that is not valid.
      await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${nameOf(index)}`);
      await queryRunner.query(`CREATE INDEX CONCURRENTLY ${index}`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await queryRunner.query(`DROP INDEX IF EXISTS ${nameOf(index)}`);
  }
}

function nameOf(index: string): string {
  return index.slice(0, index.indexOf(' '));
}
