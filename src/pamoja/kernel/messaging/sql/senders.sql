-- Whose number somebody wrote to, before any community is entered: the wall would show none.
CREATE FUNCTION messaging_community_of(number text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
    SELECT community_id FROM messaging_sender WHERE number <> '' AND (whatsapp = number OR sms = number)
$$;
REVOKE EXECUTE ON FUNCTION messaging_community_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging_community_of(text) TO pamoja_app;
