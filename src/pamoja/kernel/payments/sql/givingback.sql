-- Refunds and disputes move only as the rules allow; what came unasked and what was decided stays as it was.
CREATE TRIGGER payments_refund_begins BEFORE INSERT ON payments_refund
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('requested');
CREATE TRIGGER payments_refund_moves BEFORE UPDATE ON payments_refund
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'requested>sent', 'requested>failed',
    'sent>pending', 'sent>succeeded', 'sent>failed', 'sent>review',
    'pending>succeeded', 'pending>failed', 'pending>review',
    'succeeded>failed',
    'review>succeeded', 'review>failed');
CREATE TRIGGER payments_refund_stays BEFORE UPDATE ON payments_refund
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'attempt_id', 'member_id', 'amount_minor', 'currency', 'key', 'reason', 'hold_id', '?rail_id', '?entry_id',
    '?back_entry_id');

CREATE TRIGGER payments_dispute_begins BEFORE INSERT ON payments_dispute
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('open');
CREATE TRIGGER payments_dispute_moves BEFORE UPDATE ON payments_dispute
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'open>answered', 'open>won', 'open>lost',
    'answered>won', 'answered>lost');
CREATE TRIGGER payments_dispute_stays BEFORE UPDATE ON payments_dispute
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'attempt_id', 'member_id', 'rail', 'rail_id', '?hold_id');

CREATE TRIGGER payments_deposit_stays BEFORE UPDATE ON payments_deposit
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'rail', 'rail_id', 'amount_minor', 'currency', 'entry_id', '?member_id', '?matched_entry_id');
CREATE TRIGGER payments_case_stays BEFORE UPDATE ON payments_case
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'kind', 'subject', 'opened_at', '?resolved_at');

REVOKE DELETE, TRUNCATE ON payments_refund, payments_dispute, payments_deposit, payments_case FROM pamoja_app;
