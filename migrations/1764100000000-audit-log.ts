import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit log: entries that can only be added, each linked to the one before it. */
export class AuditLog1764100000000 implements MigrationInterface {
  readonly name = 'AuditLog1764100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE audit_entry (
        id bigint PRIMARY KEY,
        at timestamptz(3) NOT NULL,
        actor_id text NOT NULL,
        actor_name text NOT NULL,
        action text NOT NULL,
        subject text NOT NULL,
        details jsonb NOT NULL,
        request_id text,
        previous_hash text NOT NULL,
        hash text NOT NULL
      );
      CREATE INDEX audit_entry_at ON audit_entry (at, id);
      CREATE INDEX audit_entry_actor ON audit_entry (actor_id, at, id);
      CREATE INDEX audit_entry_action ON audit_entry (action, at, id);

      -- The last entry, noted apart: without it, taking out the newest entries would leave a shorter chain that still fits.
      CREATE TABLE audit_head (
        only_row boolean PRIMARY KEY DEFAULT true,
        id bigint NOT NULL,
        hash text NOT NULL,
        CONSTRAINT audit_head_only_row CHECK (only_row)
      );
      INSERT INTO audit_head (id, hash) VALUES (0, repeat('0', 64));

      -- Whoever inserts, and however: an entry continues the chain or is refused, so it cannot fork.
      CREATE FUNCTION audit_move_head() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE audit_head SET id = NEW.id, hash = NEW.hash WHERE id = NEW.id - 1 AND hash = NEW.previous_hash;
          IF NOT FOUND THEN
            RAISE EXCEPTION 'audit entry % does not continue the chain', NEW.id USING ERRCODE = 'restrict_violation';
          END IF;
          RETURN NEW;
        END $$;
      CREATE TRIGGER audit_entry_moves_head BEFORE INSERT ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_move_head();

      CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the audit log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
        END $$;
      CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
      CREATE TRIGGER audit_head_kept BEFORE DELETE OR TRUNCATE ON audit_head
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
      -- At depth 0 it is a statement of somebody; the trigger above updates at depth 1.
      CREATE TRIGGER audit_head_moved_by_entries BEFORE UPDATE ON audit_head
        FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_refuse_change();
      -- ALWAYS: session_replication_role = replica does not switch them off.
      ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_append_only;
      ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_kept;
      ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_moved_by_entries;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE audit_entry;
      DROP TABLE audit_head;
      DROP FUNCTION audit_move_head();
      DROP FUNCTION audit_refuse_change();
    `);
  }
}
