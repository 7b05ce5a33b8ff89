-- Whose a way to pay is and what it stands for never changes, and no row is ever taken away.
CREATE TRIGGER payments_method_stays BEFORE UPDATE ON payments_method
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'member_id', 'rail', 'kind', '?session_id', '?rail_id', 'number', 'added_at');
CREATE TRIGGER payments_customer_stays BEFORE UPDATE ON payments_customer
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting('community_id', 'member_id', 'rail', 'rail_id');
CREATE TRIGGER payments_reference_stays BEFORE UPDATE ON payments_reference
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting('community_id', 'member_id', 'code');

-- How money is asked for never changes once it was asked for.
CREATE TRIGGER payments_collection_keeps_method BEFORE UPDATE ON payments_collection
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting('method_id');
CREATE TRIGGER payments_payout_keeps_method BEFORE UPDATE ON payments_payout
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting('method_id');

REVOKE DELETE, TRUNCATE ON payments_method, payments_customer, payments_reference, payments_endpoint,
  payments_settings FROM pamoja_app;
