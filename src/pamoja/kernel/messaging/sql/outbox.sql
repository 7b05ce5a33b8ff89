-- What the installation itself says (no community) is seen only where no community is entered.
ALTER TABLE messaging_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY messaging_message_stays_in_its_community ON messaging_message
    USING (place = (SELECT coalesce(current_community(), '00000000-0000-0000-0000-000000000000')));

-- A message that was queued is never forgotten by the application.
REVOKE DELETE, TRUNCATE ON messaging_message FROM pamoja_app;

CREATE FUNCTION messaging_message_moves_forward() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    ranks CONSTANT jsonb := '{"queued": 0, "sending": 1, "sent": 2, "delivered": 3, "read": 4}';
BEGIN
    IF OLD.state IN ('failed', 'given_up', 'withheld')
       OR NEW.state = 'failed' AND OLD.state IN ('delivered', 'read')
       OR NEW.state IN ('given_up', 'withheld') AND OLD.state IN ('sent', 'delivered', 'read') THEN
        RAISE EXCEPTION 'message % has ended as %', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'messaging_message_moves_forward';
    END IF;
    IF (ranks ->> NEW.state)::int < (ranks ->> OLD.state)::int OR NEW.attempts < OLD.attempts THEN
        RAISE EXCEPTION 'message % cannot go back from %', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'messaging_message_moves_forward';
    END IF;
    IF OLD.provider_id <> '' AND NEW.provider_id <> OLD.provider_id THEN
        RAISE EXCEPTION 'message % was handed over as %', OLD.id, OLD.provider_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'messaging_message_handed_over_once';
    END IF;
    IF (NEW.id, NEW.community_id, NEW.member_id, NEW.channel, NEW.kind, NEW.address, NEW.recipient, NEW.instead_of_id,
        NEW.fallbacks, NEW.template, NEW.data, NEW.language, NEW.priority, NEW.dedupe_key, NEW.subject, NEW.text,
        NEW.html, NEW.content, NEW.due_at, NEW.created_at)
       IS DISTINCT FROM
       (OLD.id, OLD.community_id, OLD.member_id, OLD.channel, OLD.kind, OLD.address, OLD.recipient, OLD.instead_of_id,
        OLD.fallbacks, OLD.template, OLD.data, OLD.language, OLD.priority, OLD.dedupe_key, OLD.subject, OLD.text,
        OLD.html, OLD.content, OLD.due_at, OLD.created_at) THEN
        RAISE EXCEPTION 'what message % says was settled when it was queued', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'messaging_message_settled';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER messaging_message_moves_forward
    BEFORE UPDATE ON messaging_message
    FOR EACH ROW EXECUTE FUNCTION messaging_message_moves_forward();
