/** When the turns were taken, whatever became of their calls: `typeform_call` says when these were sent. */
export const RECORD_TURNS = `
  CREATE TABLE turn (taken_at timestamptz NOT NULL);
  CREATE FUNCTION record_turn() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO turn VALUES (NEW.sent_at); RETURN NULL; END $$;
  CREATE TRIGGER record_turn AFTER INSERT ON typeform_call FOR EACH ROW EXECUTE FUNCTION record_turn()`;
