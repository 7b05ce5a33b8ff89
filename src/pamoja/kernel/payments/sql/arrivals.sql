-- What is said to have come moves only as the rules allow, and stays what was said of it.
CREATE TRIGGER payments_arrival_begins BEFORE INSERT ON payments_arrival
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('claimed');
CREATE TRIGGER payments_arrival_moves BEFORE UPDATE ON payments_arrival
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'claimed>confirmed', 'claimed>refused', 'claimed>review',
    'refused>confirmed', 'review>confirmed');
CREATE TRIGGER payments_arrival_stays BEFORE UPDATE ON payments_arrival
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'rail', 'receipt', 'currency', '?claimed_minor', '?collection_id');

REVOKE DELETE, TRUNCATE ON payments_arrival, payments_inlet FROM pamoja_app;

-- The account number that one of our prompts shows, so that a payment told a second time by menu finds its prompt.
CREATE INDEX payments_collection_account ON payments_collection (upper(right(replace(id::text, '-', ''), 10)))
  WHERE rail = 'mpesa';

-- One paybill may serve several communities: whose payment it is by what the payer typed. A code or a prompt's account
-- number names one community at most; nothing else about either is told.
CREATE FUNCTION payments_home_of(codes text[], account text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN count(DISTINCT found.community_id) = 1 THEN min(found.community_id::text)::uuid END
  FROM (
    SELECT community_id FROM payments_reference WHERE code = ANY (codes)
    UNION ALL
    SELECT community_id FROM payments_collection
    WHERE rail = 'mpesa' AND upper(right(replace(id::text, '-', ''), 10)) = nullif(account, '')
  ) AS found
$$;
REVOKE EXECUTE ON FUNCTION payments_home_of(text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_home_of(text[], text) TO pamoja_app;
