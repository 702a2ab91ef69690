import type { MigrationInterface, QueryRunner } from 'typeorm';

const INDEXES = [
  'form_response_several_versions ON form_response (form_id, token) WHERE several_versions',
  `webhook_event_superseded ON webhook_event (event_id) WHERE reason = 'superseded'`,
];
const LOCK_NOT_AVAILABLE = '55P03';
/** Tokens that are looked at in one step. */
const STEP = 20_000;

/** Which responses had other versions: a person may be named in those alone, and whoever looks for them need not read every token. */
export class ReplacedVersions1765017000000 implements MigrationInterface {
  readonly name = 'ReplacedVersions1765017000000';
  /** Webhooks come in meanwhile. */
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    // An interrupted migration begins anew.
    await withoutQueue(
      queryRunner,
      'ALTER TABLE form_response ADD COLUMN IF NOT EXISTS several_versions boolean NOT NULL DEFAULT false',
    );
    await withoutQueue(
      queryRunner,
      `CREATE OR REPLACE FUNCTION note_several_versions() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN NEW.several_versions := true; RETURN NEW; END $$;
      -- A trigger, since the previous release does not know the column.
      CREATE OR REPLACE TRIGGER form_response_several_versions BEFORE UPDATE OF event_id ON form_response FOR EACH ROW
        WHEN (OLD.event_id IS DISTINCT FROM NEW.event_id) EXECUTE FUNCTION note_several_versions();
    `,
    );
    let after: string | null = '';
    while (after !== null) {
      // The last token of a step may go on in the next one, so it is looked at by itself.
      const [step] = (await queryRunner.query(
        `WITH step AS MATERIALIZED (
           SELECT token FROM webhook_event WHERE token > $1 ORDER BY token LIMIT ${STEP}
         ), ends AS (SELECT max(token) AS last FROM step),
         several AS (SELECT token FROM step GROUP BY token HAVING count(*) > 1 OR token = (SELECT last FROM ends)),
         marked AS (
           UPDATE form_response AS response SET several_versions = true
             FROM several JOIN webhook_event AS event USING (token)
            WHERE response.form_id = event.form_id AND response.token = event.token AND response.event_id <> event.event_id
              AND NOT response.several_versions
         )
         SELECT last FROM ends`,
        [after],
      )) as { last: string | null }[];
      after = step?.last ?? null;
    }
    for (const index of INDEXES) {
      // An interrupted build leaves an index that is not valid.
      await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${nameOf(index)}`);
      await queryRunner.query(`CREATE INDEX CONCURRENTLY ${index}`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await queryRunner.query(`DROP INDEX IF EXISTS ${nameOf(index)}`);
    await withoutQueue(
      queryRunner,
      `DROP TRIGGER IF EXISTS form_response_several_versions ON form_response;
       DROP FUNCTION IF EXISTS note_several_versions();
       ALTER TABLE form_response DROP COLUMN IF EXISTS several_versions`,
    );
  }
}

/**
 * Runs statements that need a table for themselves. Behind a long transaction they wait only briefly, and then again after a while: whoever
 * comes after them would wait, too, and webhooks are processed meanwhile.
 */
async function withoutQueue(queryRunner: QueryRunner, sql: string): Promise<void> {
  await queryRunner.query(`SET lock_timeout = '2s'`);
  try {
    for (;;) {
      try {
        await queryRunner.query(sql);
        return;
      } catch (error) {
        if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
        await queryRunner.query('SELECT pg_sleep(1)');
      }
    }
  } finally {
    await queryRunner.query('RESET lock_timeout');
  }
}

function nameOf(index: string): string {
  return index.slice(0, index.indexOf(' '));
}
