-- Whose an account at Stripe is never changes; the way to the bank goes as the rules allow, and no row is ever taken away.
CREATE TRIGGER payments_payee_stays BEFORE UPDATE ON payments_payee
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting('community_id', 'member_id', '?rail_id', 'made_at');

CREATE TRIGGER payments_onward_begins BEFORE INSERT ON payments_onward
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('requested');
CREATE TRIGGER payments_onward_moves BEFORE UPDATE ON payments_onward
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'requested>sent', 'requested>coming_back',
    'sent>requested', 'sent>moving', 'sent>paid', 'sent>coming_back',
    'moving>paid', 'moving>coming_back',
    'paid>coming_back',
    'coming_back>came_back', 'coming_back>stuck',
    'stuck>coming_back');
CREATE TRIGGER payments_onward_stays BEFORE UPDATE ON payments_onward
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'payout_id', 'account', 'transfer_id', 'requested_at', '?rail_id', '?reversal_id',
    '?back_entry_id');

REVOKE DELETE, TRUNCATE ON payments_payee, payments_onward FROM pamoja_app;
