import type { MigrationInterface, QueryRunner } from 'typeorm';

const SETTLED = ['received', 'recovered', 'erased'] as const;

/** Adds up what a statement changed. `changes`: rows with form_id, at, fate and n, which is 1 or -1. */
const counting = (name: string, event: string, tables: string, changes: string): string => `
  CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO typeform_response_day AS known (form_id, day, ${SETTLED.join(', ')})
    SELECT form_id, day, ${SETTLED.join(', ')}
      FROM (SELECT form_id, coalesce((at AT TIME ZONE 'UTC')::date, '-infinity') AS day,
                   ${SETTLED.map((fate) => `coalesce(sum(n) FILTER (WHERE fate = '${fate}'), 0) AS ${fate}`).join(',\n                   ')}
              FROM (${changes}) AS changed GROUP BY 1, 2) AS summed
     WHERE ${SETTLED.map((fate) => `${fate} <> 0`).join(' OR ')}
     ORDER BY form_id, day
    ON CONFLICT (form_id, day) DO UPDATE
      SET ${SETTLED.map((fate) => `${fate} = known.${fate} + excluded.${fate}`).join(', ')};
    RETURN NULL;
  END $$;
  CREATE TRIGGER ${name} AFTER ${event} ON typeform_response REFERENCING ${tables}
    FOR EACH STATEMENT EXECUTE FUNCTION ${name}();`;

const ADDED = 'SELECT form_id, at, fate, 1 AS n FROM added';
const REMOVED = 'SELECT form_id, at, fate, -1 AS n FROM removed';
const FUNCTIONS = ['typeform_responses_added', 'typeform_responses_changed', 'typeform_responses_removed'] as const;

/**
 * What became of the responses at Typeform, counted by day, so that a report need not read a row for each. Tokens of what was erased are
 * kept no longer, and nothing of what has expired.
 */
export class CompletenessCounts1765016000000 implements MigrationInterface {
  readonly name = 'CompletenessCounts1765016000000';
  /** No release has used the list of responses at Typeform yet, whose rows and index this changes. */
  readonly contracts = '0.1.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- Tells a response again without telling which one it was.
      CREATE FUNCTION erased_token(token text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS $$ SELECT 'erased:' || encode(sha256(convert_to(token, 'UTF8')), 'hex') $$;
      -- By day of submission (UTC), '-infinity' where Typeform names no time. What is missing or has failed is not settled, so it is not in it.
      CREATE TABLE typeform_response_day (
        form_id text,
        day date,
        ${SETTLED.map((fate) => `${fate} integer NOT NULL DEFAULT 0`).join(', ')},
        PRIMARY KEY (form_id, day)
      ) WITH (fillfactor = 70);
      -- Serves what the shorter one served, too.
      CREATE INDEX typeform_response_window ON typeform_response (form_id, at, fate);
    `);
    await queryRunner.query(counting(FUNCTIONS[0], 'INSERT', 'NEW TABLE AS added', ADDED));
    await queryRunner.query(
      counting(
        FUNCTIONS[1],
        'UPDATE',
        'OLD TABLE AS removed NEW TABLE AS added',
        `SELECT form_id, at, fate, sum(n) AS n FROM (${ADDED} UNION ALL ${REMOVED}) AS each GROUP BY 1, 2, 3 HAVING sum(n) <> 0`,
      ),
    );
    await queryRunner.query(counting(FUNCTIONS[2], 'DELETE', 'OLD TABLE AS removed', REMOVED));
    await queryRunner.query(`
      INSERT INTO typeform_response_day (form_id, day, ${SETTLED.join(', ')})
      SELECT form_id, coalesce((at AT TIME ZONE 'UTC')::date, '-infinity'),
             ${SETTLED.map((fate) => `count(*) FILTER (WHERE fate = '${fate}')`).join(', ')}
        FROM typeform_response GROUP BY 1, 2;
      DELETE FROM typeform_response AS listed USING onboarding_form AS form
       WHERE form.form_id = listed.form_id AND listed.at < form.expired_before;
      -- After a way back, a check of the release before has listed again what is here already.
      DELETE FROM typeform_response AS listed USING erased_response AS erased
       WHERE erased.form_id = listed.form_id AND erased.token = listed.token
         AND EXISTS (SELECT FROM typeform_response AS known
                      WHERE known.form_id = listed.form_id AND known.token = erased_token(listed.token));
      UPDATE typeform_response AS listed SET token = erased_token(listed.token), fate = 'erased'
        FROM erased_response AS erased WHERE erased.form_id = listed.form_id AND erased.token = listed.token;
      -- Last, since nobody reads the list from here to the commit.
      DROP INDEX typeform_response_at;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of FUNCTIONS) await queryRunner.query(`DROP FUNCTION ${name}() CASCADE`);
    await queryRunner.query(`
      DROP TABLE typeform_response_day;
      DROP FUNCTION erased_token(text);
      CREATE INDEX typeform_response_at ON typeform_response (form_id, at);
      DROP INDEX typeform_response_window;
    `);
  }
}
