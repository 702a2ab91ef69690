import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When PostgreSQL cleans up. Its defaults wait until a fifth of a table has changed: two million events of ten.
 *
 * - `webhook_event`: each event is inserted and updated once, which leaves a dead row and six dead index entries. Every fiftieth part, so
 *   that the pages of counted events are known to be visible and the planner knows the newest ones; not more often, because a vacuum
 *   reads all indexes from end to end. A fill factor would not help: an update that changes the status changes indexes as well.
 * - `form_response`, `client`: the same for what is searched; their trigram indexes keep new text in a list that every search reads, until a
 *   vacuum or analyze sorts it in. A client's later responses rarely change an indexed column: room on its page spares the indexes.
 * - `onboarding_form`: few rows, whose counters change with every batch, always on their own page.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  webhook_event: `autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_vacuum_insert_threshold = 5000, autovacuum_analyze_scale_factor = 0.02`,
  form_response: `autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02`,
  client: `fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02`,
  onboarding_form: `fillfactor = 50`,
};

/** Only catalogue entries change, and nothing waits; a fill factor holds for pages that are yet to be written. */
export class InboxVacuum1764992100000 implements MigrationInterface {
  readonly name = 'InboxVacuum1764992100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [table, settings] of Object.entries(SETTINGS)) {
      await queryRunner.query(`ALTER TABLE ${table} SET (${settings})`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [table, settings] of Object.entries(SETTINGS)) {
      await queryRunner.query(`ALTER TABLE ${table} RESET (${settings.replace(/ = [\d.]+/g, '')})`);
    }
  }
}
