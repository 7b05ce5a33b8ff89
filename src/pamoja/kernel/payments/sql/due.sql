-- Where a sweep of payments has something to do, in all communities: the wall lets a worker see one of them at a time,
-- and asking each of a thousand would take longer than the time between two sweeps. Each line reads an index that
-- holds only what waits.
CREATE FUNCTION payments_due(until timestamptz) RETURNS TABLE (community uuid)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
    SELECT community_id FROM payments_inbox WHERE applied_at IS NULL
    UNION
    SELECT community_id FROM payments_collection
     WHERE next_attempt_at IS NOT NULL AND least(next_attempt_at, expires_at) <= until
    UNION
    SELECT community_id FROM payments_attempt WHERE next_query_at <= until
    UNION
    SELECT community_id FROM payments_payout WHERE next_submission_at <= until
    UNION
    SELECT community_id FROM payments_payout WHERE next_query_at <= until
    UNION
    SELECT community_id FROM payments_refund WHERE next_query_at <= until
    UNION
    SELECT community_id FROM payments_dispute WHERE next_query_at <= until
    UNION
    SELECT community_id FROM payments_method WHERE next_query_at <= until
    UNION
    SELECT community_id FROM payments_arrival WHERE next_query_at <= until
    UNION
    SELECT community_id FROM payments_payee WHERE next_query_at <= until AND rail_id IS NOT NULL
    UNION
    SELECT community_id FROM payments_onward WHERE next_query_at <= until
    ORDER BY 1
$$;
REVOKE EXECUTE ON FUNCTION payments_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_due(timestamptz) TO pamoja_app;
