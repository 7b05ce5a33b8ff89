-- Whose number at Meta this address is for, and with what Meta signs (sealed), before any community is entered: the
-- wall would show none.
CREATE FUNCTION messaging_meta_door(of_slug text)
RETURNS TABLE (community uuid, number_id text, app_secret bytea)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
AS $$
    SELECT community.id, coalesce(sender.meta_number_id, ''), sender.meta_app_secret
      FROM community LEFT JOIN messaging_sender sender ON sender.community_id = community.id
     WHERE community.slug = of_slug
$$;
REVOKE EXECUTE ON FUNCTION messaging_meta_door(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging_meta_door(text) TO pamoja_app;
