-- A state changes only as the rules allow, what was agreed never changes, and no row is ever taken away.
CREATE FUNCTION payments_refuse_move() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> TG_ARGV[0] THEN
      RAISE EXCEPTION '% begins as %, not as %', TG_TABLE_NAME, TG_ARGV[0], NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
  ELSIF NOT (OLD.state || '>' || NEW.state) = ANY (TG_ARGV) THEN
    RAISE EXCEPTION '% cannot go from % to %', TG_TABLE_NAME, OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;

-- The columns named never change; those marked with a question mark may be filled once.
CREATE FUNCTION payments_refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  before jsonb := to_jsonb(OLD);
  after jsonb := to_jsonb(NEW);
  fixed text;
BEGIN
  FOREACH fixed IN ARRAY TG_ARGV LOOP
    IF before -> ltrim(fixed, '?') IS DISTINCT FROM after -> ltrim(fixed, '?')
       AND NOT (fixed LIKE '?%' AND before -> ltrim(fixed, '?') = 'null'::jsonb) THEN
      RAISE EXCEPTION '%.% never changes', TG_TABLE_NAME, ltrim(fixed, '?')
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

CREATE TRIGGER payments_collection_begins BEFORE INSERT ON payments_collection
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('intended');
CREATE TRIGGER payments_collection_moves BEFORE UPDATE ON payments_collection
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'intended>submitted', 'intended>given_up', 'intended>expired',
    'submitted>confirmed', 'submitted>failed', 'submitted>given_up', 'submitted>expired', 'submitted>review',
    'failed>submitted', 'failed>confirmed', 'failed>given_up', 'failed>expired', 'failed>review',
    'given_up>confirmed', 'expired>confirmed',
    'review>confirmed', 'review>failed', 'review>given_up', 'review>expired');
CREATE TRIGGER payments_collection_stays BEFORE UPDATE ON payments_collection
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'member_id', 'rail', 'amount_minor', 'currency', 'purpose', 'key', 'phone');

CREATE TRIGGER payments_attempt_begins BEFORE INSERT ON payments_attempt
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('created');
CREATE TRIGGER payments_attempt_moves BEFORE UPDATE ON payments_attempt
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'created>sent', 'created>accepted', 'created>paid', 'created>failed', 'created>expired', 'created>review',
    'sent>accepted', 'sent>paid', 'sent>failed', 'sent>expired', 'sent>review',
    'accepted>paid', 'accepted>failed', 'accepted>review',
    'failed>paid', 'failed>review',
    'expired>paid', 'expired>failed', 'expired>review',
    'review>paid', 'review>failed');
CREATE TRIGGER payments_attempt_stays BEFORE UPDATE ON payments_attempt
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'collection_id', 'number', 'rail', '?checkout_request_id', '?receipt', '?entry_id');

CREATE TRIGGER payments_payout_begins BEFORE INSERT ON payments_payout
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('requested');
CREATE TRIGGER payments_payout_moves BEFORE UPDATE ON payments_payout
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'requested>sent', 'requested>failed', 'requested>review',
    'sent>requested', 'sent>accepted', 'sent>confirmed', 'sent>failed', 'sent>review',
    'accepted>confirmed', 'accepted>failed', 'accepted>review',
    'failed>review',
    'review>confirmed', 'review>failed');
CREATE TRIGGER payments_payout_stays BEFORE UPDATE ON payments_payout
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'member_id', 'rail', 'amount_minor', 'currency', 'purpose', 'key', 'phone',
    'originator_id', 'hold_id', '?conversation_id', '?receipt', '?entry_id');

CREATE TRIGGER payments_inbox_stays BEFORE UPDATE ON payments_inbox
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'rail', 'kind', 'subject_id', 'body', 'source', 'is_trusted', 'fingerprint', 'received_at');

REVOKE DELETE, TRUNCATE ON payments_collection, payments_attempt, payments_payout, payments_inbox FROM pamoja_app;
