-- Facts and seals only grow. The runtime role lacks the privileges; the triggers refuse everybody else as well.
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE SEQUENCE audit_fact_sequence OWNED BY audit_fact.sequence;

-- The transaction's id is taken before the number: whoever waits until all transactions that were open when a number
-- was read have ended, knows that no fact with that number or a lower one can still appear.
CREATE FUNCTION number_fact() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM pg_current_xact_id();
  NEW.sequence := nextval('audit_fact_sequence');
  RETURN NEW;
END $$;

CREATE TRIGGER audit_fact_numbered BEFORE INSERT ON audit_fact FOR EACH ROW EXECUTE FUNCTION number_fact();

CREATE TRIGGER audit_fact_append_only BEFORE UPDATE OR DELETE ON audit_fact
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_fact_not_truncated BEFORE TRUNCATE ON audit_fact
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON audit_seal
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seal_not_truncated BEFORE TRUNCATE ON audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON audit_fact, audit_seal FROM pamoja_app;
