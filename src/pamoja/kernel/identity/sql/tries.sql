-- How often somebody tried something lately; counted once, whichever process is asked.
-- Unlogged: after a crash everybody may try afresh.
CREATE UNLOGGED TABLE identity_try (
  key bytea PRIMARY KEY,
  at timestamptz[] NOT NULL,
  forgotten_at timestamptz NOT NULL
);
CREATE INDEX identity_try_forgotten ON identity_try (forgotten_at);

-- Takes one of `most` tries in a sliding window. 0: go on; otherwise the seconds until the next try is free.
CREATE FUNCTION take_try(this bytea, most integer, span interval) RETURNS double precision
LANGUAGE plpgsql SET search_path = pg_catalog, public
AS $$
DECLARE
  lately timestamptz[];
  now_at timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(this, 'hex'), 0));
  now_at := clock_timestamp();
  SELECT ARRAY(SELECT each FROM unnest(t.at) AS each WHERE each > now_at - span ORDER BY each)
    INTO lately FROM identity_try t WHERE t.key = this;
  lately := coalesce(lately, '{}');
  IF cardinality(lately) >= most THEN
    RETURN greatest(extract(epoch FROM lately[cardinality(lately) - most + 1] + span - now_at), 0.001);
  END IF;
  INSERT INTO identity_try (key, at, forgotten_at) VALUES (this, lately || now_at, now_at + span)
  ON CONFLICT (key) DO UPDATE SET at = excluded.at, forgotten_at = excluded.forgotten_at;
  RETURN 0;
END $$;

REVOKE EXECUTE ON FUNCTION take_try(bytea, integer, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_try(bytea, integer, interval) TO pamoja_app;
