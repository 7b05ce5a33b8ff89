-- Takes what is due on one channel into one's hands, most urgent first. A message waits for those before it to the
-- same recipient with the same priority, and while the recipient has had `most_a_minute` within the last minute.
-- Gives whether the provider may have the message already, from somebody who took it up and said nothing more.
--
-- It reads along `messaging_message_unfinished` until it has enough, and is told so: in the first minute of a flood
-- the planner still takes the table for empty, and would compare every message with every other.
CREATE FUNCTION messaging_claim(
    on_channel text, at timestamptz, until timestamptz, lease interval, most int, most_a_minute int
) RETURNS TABLE (message_id uuid, is_doubtful boolean)
LANGUAGE sql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
    WITH due AS (
        SELECT m.id, m.in_doubt
          FROM messaging_message m
         WHERE m.state IN ('queued', 'sending')
           AND m.place = (SELECT coalesce(current_community(), '00000000-0000-0000-0000-000000000000'))
           AND m.channel = on_channel
           AND m.next_attempt_at <= until
           AND (m.claimed_at IS NULL OR m.claimed_at < clock_timestamp() - lease)
           AND m.id = (
               SELECT first.id
                 FROM messaging_message first
                WHERE first.recipient = m.recipient
                  AND first.priority = m.priority
                  AND first.state IN ('queued', 'sending')
                ORDER BY first.due_at, first.id
                LIMIT 1)
           AND (SELECT count(*) FROM messaging_message handed
                 WHERE handed.recipient = m.recipient
                   AND handed.sent_at > at - interval '1 minute') < most_a_minute
         ORDER BY m.priority, m.next_attempt_at, m.id
         LIMIT most
           FOR UPDATE SKIP LOCKED
    ), taken AS (
    UPDATE messaging_message m
       SET state = 'sending', attempts = m.attempts + 1, claimed_at = clock_timestamp(),
           tried_at = coalesce(m.tried_at, at), in_doubt = true
      FROM due
     WHERE m.id = due.id
    RETURNING m.id, due.in_doubt, m.priority, m.next_attempt_at
    )
    SELECT id, in_doubt FROM taken ORDER BY priority, next_attempt_at, id
$$;

-- The provider has these: when it took each, and its id there. What has ended meanwhile stays as it is.
CREATE FUNCTION messaging_record_taken(message_ids uuid[], moments timestamptz[], provider_ids text[])
RETURNS SETOF uuid
LANGUAGE sql
AS $$
    WITH locked AS (
        SELECT m.id, taken.at, taken.provider_id
          FROM unnest(message_ids, moments, provider_ids) AS taken (id, at, provider_id)
          JOIN messaging_message m ON m.id = taken.id
         WHERE m.state IN ('queued', 'sending')
         ORDER BY m.id
           FOR UPDATE OF m
    )
    UPDATE messaging_message m
       SET state = 'sent', sent_at = locked.at, claimed_at = NULL, in_doubt = false,
           provider_id = locked.provider_id, error_code = '', error = ''
      FROM locked
     WHERE m.id = locked.id
    RETURNING m.id
$$;

-- Where something is due, in all communities: the wall lets a dispatcher see one of them at a time.
-- It hops from place to place along the index, however much waits in each.
CREATE FUNCTION messaging_due(until timestamptz) RETURNS TABLE (community uuid, on_channel text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
    WITH RECURSIVE waiting AS (
        (SELECT m.place, m.channel
           FROM messaging_message m
          WHERE m.state IN ('queued', 'sending')
          ORDER BY 1, 2
          LIMIT 1)
        UNION ALL
        SELECT next.place, next.channel
          FROM waiting,
               LATERAL (
                   SELECT m.place, m.channel
                     FROM messaging_message m
                    WHERE m.state IN ('queued', 'sending')
                      AND (m.place, m.channel) > (waiting.place, waiting.channel)
                    ORDER BY 1, 2
                    LIMIT 1
               ) next
    )
    SELECT nullif(place, '00000000-0000-0000-0000-000000000000'), channel
      FROM waiting
     WHERE (SELECT true
              FROM messaging_message m
             WHERE m.state IN ('queued', 'sending')
               AND m.place = waiting.place
               AND m.channel = waiting.channel
               AND m.next_attempt_at <= until
             LIMIT 1)
$$;
REVOKE EXECUTE ON FUNCTION messaging_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging_due(timestamptz) TO pamoja_app;

-- Speaks for `wanted` hand-overs by this sender at `a_second`, and gives in how many seconds the first may go.
CREATE FUNCTION messaging_reserve(by_sender text, wanted int, a_second double precision) RETURNS double precision
LANGUAGE sql
AS $$
    INSERT INTO messaging_pace AS pace (sender, free_at)
    VALUES (by_sender, clock_timestamp() + make_interval(secs => wanted / a_second))
    ON CONFLICT (sender) DO UPDATE
       SET free_at = greatest(pace.free_at, clock_timestamp()) + make_interval(secs => wanted / a_second)
    RETURNING greatest(0, extract(epoch FROM free_at - clock_timestamp()) - wanted / a_second)::double precision
$$;

-- What people agreed to and what providers told us is never changed or forgotten by the application.
REVOKE UPDATE, DELETE, TRUNCATE ON messaging_consent FROM pamoja_app;
REVOKE DELETE, TRUNCATE ON messaging_delivery_report FROM pamoja_app;
