-- Nobody writes round the functions, nobody changes what is posted, nobody sees another community's rows.

CREATE FUNCTION ledger_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_account_never_leaves BEFORE DELETE OR TRUNCATE ON ledger_account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_account_stays_what_it_is
  BEFORE UPDATE OF id, number, community_id, floor_minor, currency, owner, purpose, opened_at ON ledger_account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_hold_never_leaves BEFORE DELETE OR TRUNCATE ON ledger_hold
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_hold_stays_what_it_is
  BEFORE UPDATE OF id, community_id, entry_number, account_number, amount_minor, held_at, expires_at ON ledger_hold
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_snapshot_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_snapshot
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Also in a session that switches ordinary triggers off (session_replication_role = replica).
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_append_only;
ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER ledger_transfer_append_only;
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER ledger_account_never_leaves;
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER ledger_account_stays_what_it_is;
ALTER TABLE ledger_hold ENABLE ALWAYS TRIGGER ledger_hold_never_leaves;
ALTER TABLE ledger_hold ENABLE ALWAYS TRIGGER ledger_hold_stays_what_it_is;
ALTER TABLE ledger_snapshot ENABLE ALWAYS TRIGGER ledger_snapshot_append_only;

DO $$
DECLARE
  v_table text;
  v_function regprocedure;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['ledger_account', 'ledger_entry', 'ledger_transfer', 'ledger_hold', 'ledger_snapshot'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY %I ON %I USING (community_id = (SELECT current_community()))',
                   v_table || '_stays_in_its_community', v_table);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC, pamoja_app', v_table);
    EXECUTE format('GRANT SELECT ON %I TO pamoja_app', v_table);
  END LOOP;
  REVOKE ALL ON ledger_fence FROM PUBLIC, pamoja_app;
  REVOKE ALL ON SEQUENCE ledger_entry_number, ledger_account_number_seq FROM PUBLIC, pamoja_app;

  -- Every function of the ledger may be executed by the application, except those that end in an underscore: they are
  -- the inside of others.
  FOR v_function IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'ledger\_%' LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', v_function);
    IF (SELECT proname NOT LIKE '%\_' AND prorettype <> 'trigger'::regtype FROM pg_proc WHERE oid = v_function) THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pamoja_app', v_function);
    END IF;
  END LOOP;
END $$;
