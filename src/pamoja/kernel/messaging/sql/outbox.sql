-- What the installation itself says (no community) is seen only where no community is entered.
ALTER TABLE messaging_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY messaging_message_stays_in_its_community ON messaging_message
    USING (community_id = (SELECT current_community())
           OR (community_id IS NULL AND (SELECT current_community()) IS NULL))
    WITH CHECK (community_id = (SELECT current_community())
                OR (community_id IS NULL AND (SELECT current_community()) IS NULL));

-- A message that was queued is never forgotten by the application.
REVOKE DELETE, TRUNCATE ON messaging_message FROM pamoja_app;

CREATE FUNCTION messaging_message_moves_forward() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.state IN ('sent', 'failed', 'given_up') THEN
        RAISE EXCEPTION 'message % has ended as %', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'messaging_message_moves_forward';
    END IF;
    IF NEW.state = 'queued' AND OLD.state <> 'queued' OR NEW.attempts < OLD.attempts THEN
        RAISE EXCEPTION 'message % cannot go back from %', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'messaging_message_moves_forward';
    END IF;
    IF (NEW.id, NEW.community_id, NEW.member_id, NEW.channel, NEW.address, NEW.template, NEW.data, NEW.language,
        NEW.priority, NEW.dedupe_key, NEW.subject, NEW.text, NEW.html, NEW.due_at, NEW.created_at)
       IS DISTINCT FROM
       (OLD.id, OLD.community_id, OLD.member_id, OLD.channel, OLD.address, OLD.template, OLD.data, OLD.language,
        OLD.priority, OLD.dedupe_key, OLD.subject, OLD.text, OLD.html, OLD.due_at, OLD.created_at) THEN
        RAISE EXCEPTION 'what message % says was settled when it was queued', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'messaging_message_settled';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER messaging_message_moves_forward
    BEFORE UPDATE ON messaging_message
    FOR EACH ROW EXECUTE FUNCTION messaging_message_moves_forward();
