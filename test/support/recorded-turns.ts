/** The turns in which something was sent, and when: kept longer than `typeform_call`. One that has been given back is none. */
export const RECORD_TURNS = `
  CREATE TABLE turn (id uuid PRIMARY KEY, taken_at timestamptz NOT NULL);
  CREATE FUNCTION record_turn() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        DELETE FROM turn WHERE id = OLD.id AND OLD.sent_at > clock_timestamp() - interval '1 hour';
      ELSE
        INSERT INTO turn VALUES (NEW.id, NEW.sent_at) ON CONFLICT (id) DO UPDATE SET taken_at = excluded.taken_at;
      END IF;
      RETURN NULL;
    END $$;
  CREATE TRIGGER record_turn AFTER INSERT OR DELETE OR UPDATE OF sent_at ON typeform_call
    FOR EACH ROW EXECUTE FUNCTION record_turn()`;
