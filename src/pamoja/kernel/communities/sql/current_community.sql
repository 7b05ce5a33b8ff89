-- Which community the session works for; NULL when none is entered, and then row-level security shows nothing.
CREATE FUNCTION current_community() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('pamoja.community', true), '')::uuid $$;

GRANT EXECUTE ON FUNCTION current_community() TO PUBLIC;
