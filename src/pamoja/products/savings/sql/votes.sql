-- What was put to the vote and how it went stays on record.
REVOKE DELETE, TRUNCATE ON savings_proposal, savings_ballot FROM pamoja_app;

-- What is proposed is settled when it is proposed; what has been decided stays so.
CREATE FUNCTION savings_proposal_steps() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'open' THEN
    PERFORM savings_refuse('savings_proposal_stays_decided', 'a proposal that is over stays as it is');
  END IF;
  IF (OLD.circle_id, OLD.author_id, OLD.title, OLD.body, OLD.quorum_percent, OLD.majority, OLD.opened_at, OLD.closes_at)
      IS DISTINCT FROM
     (NEW.circle_id, NEW.author_id, NEW.title, NEW.body, NEW.quorum_percent, NEW.majority, NEW.opened_at, NEW.closes_at) THEN
    PERFORM savings_refuse('savings_proposal_settled', 'what is proposed was settled when it was proposed');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER savings_proposal_steps BEFORE UPDATE ON savings_proposal
  FOR EACH ROW EXECUTE FUNCTION savings_proposal_steps();

-- A ballot is handed out with the proposal and filled while that is open.
CREATE FUNCTION savings_ballot_while_open() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM savings_proposal p
                  WHERE p.id = NEW.proposal_id AND p.state = 'open' AND p.community_id = NEW.community_id) THEN
    PERFORM savings_refuse('savings_ballot_while_open', 'nobody votes on what is over');
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.proposal_id, OLD.member_id) IS DISTINCT FROM (NEW.proposal_id, NEW.member_id) THEN
    PERFORM savings_refuse('savings_ballot_stays_theirs', 'a ballot is one member''s');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER savings_ballot_while_open BEFORE INSERT OR UPDATE ON savings_ballot
  FOR EACH ROW EXECUTE FUNCTION savings_ballot_while_open();
