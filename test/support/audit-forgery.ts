/** What somebody with all rights over the database, but without the encryption keys, can do to the audit log. */
import type { Pool } from 'pg';
import { auditHash, GENESIS_HASH, type AuditFacts } from '../../src/core/audit-hash';

const TABLES = ['audit_entry', 'audit_head', 'audit_seal'];

/** Runs `work` with every trigger of the log switched off. They are as before afterwards. */
export async function withoutTriggers(pool: Pool, work: () => Promise<unknown>): Promise<void> {
  await pool.query(TABLES.map((table) => `ALTER TABLE ${table} DISABLE TRIGGER ALL`).join(';'));
  await work();
  await pool.query(`
    ALTER TABLE audit_entry ENABLE TRIGGER ALL;
    ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_append_only;
    ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_kept;
    ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_moved_by_entries;
    ALTER TABLE audit_seal ENABLE ALWAYS TRIGGER audit_seal_kept`);
}

/** Runs `work`, then puts all of the log back as it was. */
export async function thenRestored(pool: Pool, work: () => Promise<unknown>): Promise<void> {
  await pool.query(TABLES.map((table) => `CREATE TABLE kept_${table} AS TABLE ${table}`).join(';'));
  try {
    await work();
  } finally {
    await withoutTriggers(pool, () =>
      pool.query(
        TABLES.map(
          (table) => `TRUNCATE ${table}; INSERT INTO ${table} TABLE kept_${table}; DROP TABLE kept_${table}`,
        ).join(';'),
      ),
    );
  }
}

/** Gives entry `id` another author, and every entry from there on, and the recorded head, the hash that fits. */
export async function rewriteFrom(pool: Pool, id: number): Promise<void> {
  await withoutTriggers(pool, async () => {
    const changed = await pool.query(`UPDATE audit_entry SET actor_name = 'somebody else' WHERE id = $1`, [id]);
    if (changed.rowCount !== 1) throw new Error(`there is no audit entry ${id} to rewrite`);
    const { rows } = await pool.query<AuditFacts & { hash: string }>(
      `SELECT id, at, actor_id AS "actorId", actor_name AS "actorName", action, subject, details, request_id AS "requestId", hash
         FROM audit_entry WHERE id >= $1 - 1 ORDER BY id`,
      [id],
    );
    let previous = id === 1 ? GENESIS_HASH : (rows.shift()?.hash ?? GENESIS_HASH);
    for (const entry of rows) {
      const hash = auditHash(entry, previous);
      await pool.query('UPDATE audit_entry SET previous_hash = $2, hash = $3 WHERE id = $1', [
        entry.id,
        previous,
        hash,
      ]);
      previous = hash;
    }
    await pool.query('UPDATE audit_head SET hash = $1', [previous]);
  });
}

/** Adds an entry to the chain as a release does that makes no seals. */
export async function appendUnsealed(pool: Pool, subject: string): Promise<void> {
  const { rows } = await pool.query<{ id: string; hash: string }>('SELECT id + 1 AS id, hash FROM audit_head');
  const [{ id, hash: previous } = { id: '', hash: '' }] = rows;
  const at = new Date();
  const entry = { id, at, actorId: 'bootstrap', actorName: 'ADMIN_API_KEY', action: 'form.updated', subject };
  const facts = { ...entry, details: {}, requestId: null };
  await pool.query(
    `INSERT INTO audit_entry (id, at, actor_id, actor_name, action, subject, details, previous_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, '{}', $7, $8)`,
    [id, at, entry.actorId, entry.actorName, entry.action, subject, previous, auditHash(facts, previous)],
  );
}
