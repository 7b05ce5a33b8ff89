-- A payout may wait for a person before it leaves; what waits can go on or be given back.
DROP TRIGGER payments_payout_moves ON payments_payout;
CREATE TRIGGER payments_payout_moves BEFORE UPDATE ON payments_payout
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'requested>waiting', 'requested>sent', 'requested>failed', 'requested>review',
    'waiting>requested', 'waiting>failed',
    'sent>requested', 'sent>accepted', 'sent>confirmed', 'sent>failed', 'sent>review',
    'accepted>confirmed', 'accepted>failed', 'accepted>review',
    'failed>review',
    'review>confirmed', 'review>failed');

-- Nothing leaves while it is frozen or waits for its second person, whatever the application believes. What the rail was
-- told of once goes its way: it may be out already.
CREATE FUNCTION payments_refuse_frozen() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM payments_freeze
             WHERE lifted_at IS NULL AND (payout_id = NEW.id OR (member_id = NEW.member_id AND payout_id IS NULL)))
     OR EXISTS (SELECT FROM payments_approval WHERE payout_id = NEW.id AND state <> 'approved') THEN
    RAISE EXCEPTION 'a payout that is frozen or not approved cannot leave'
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payments_payout_leaves_free BEFORE UPDATE ON payments_payout
  FOR EACH ROW WHEN (NEW.state = 'sent' AND OLD.state = 'requested' AND OLD.submissions_made = 0)
  EXECUTE FUNCTION payments_refuse_frozen();

CREATE TRIGGER payments_freeze_stays BEFORE UPDATE ON payments_freeze
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'member_id', 'payout_id', 'rule', 'facts', 'reason', 'frozen_by_id', 'frozen_at',
    '?lifted_at', '?lifted_by_id');

CREATE TRIGGER payments_approval_begins BEFORE INSERT ON payments_approval
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('waiting');
CREATE TRIGGER payments_approval_moves BEFORE UPDATE ON payments_approval
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'waiting>approved', 'waiting>declined', 'waiting>expired');
CREATE TRIGGER payments_approval_stays BEFORE UPDATE ON payments_approval
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'kind', 'member_id', 'payout_id', 'direction', 'account', 'amount_minor', 'currency', 'key',
    'reason', 'evidence', 'requested_by_id', 'requested_at', 'expires_at', '?decided_by_id', '?decided_at', '?entry_id');

REVOKE DELETE, TRUNCATE ON payments_freeze, payments_approval FROM pamoja_app;
REVOKE UPDATE, DELETE, TRUNCATE ON payments_member_tier FROM pamoja_app;
