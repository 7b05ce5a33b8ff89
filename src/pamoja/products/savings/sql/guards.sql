-- What savings never lets happen, whoever writes: what spans rows and tables, and therefore no CHECK can say.

-- A row belongs to its parent's community, a contribution has the circle's amount, and everything in a round is of its circle.
-- The first of these keys also keeps a circle's amount as it is once somebody owes it.
ALTER TABLE savings_contribution
  ADD CONSTRAINT savings_contribution_amount_is_the_circles
    FOREIGN KEY (community_id, circle_id, amount_minor, currency)
    REFERENCES savings_circle (community_id, id, amount_minor, currency),
  ADD CONSTRAINT savings_contribution_round_of_its_circle
    FOREIGN KEY (circle_id, round_id) REFERENCES savings_round (circle_id, id),
  ADD CONSTRAINT savings_contribution_seat_of_its_circle
    FOREIGN KEY (circle_id, seat_id) REFERENCES savings_circle_member (circle_id, id);
ALTER TABLE savings_round
  ADD CONSTRAINT savings_round_recipient_of_its_circle
    FOREIGN KEY (circle_id, recipient_id) REFERENCES savings_circle_member (circle_id, id);
ALTER TABLE savings_round_payout
  ADD CONSTRAINT savings_round_payout_round_of_its_circle
    FOREIGN KEY (circle_id, round_id) REFERENCES savings_round (circle_id, id),
  ADD CONSTRAINT savings_round_payout_recipient_of_its_circle
    FOREIGN KEY (circle_id, recipient_id) REFERENCES savings_circle_member (circle_id, id);
ALTER TABLE savings_position_swap
  ADD CONSTRAINT savings_position_swap_asker_of_its_circle
    FOREIGN KEY (circle_id, asker_id) REFERENCES savings_circle_member (circle_id, id),
  ADD CONSTRAINT savings_position_swap_other_of_its_circle
    FOREIGN KEY (circle_id, other_id) REFERENCES savings_circle_member (circle_id, id);
ALTER TABLE savings_invitation
  ADD CONSTRAINT savings_invitation_maker_of_its_circle
    FOREIGN KEY (circle_id, made_by_id) REFERENCES savings_circle_member (circle_id, id);

CREATE FUNCTION savings_refuse(guard text, sentence text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', sentence USING ERRCODE = 'check_violation', CONSTRAINT = guard;
END $$;

-- A circle has a life: it steps forward, never back; its terms are fixed once it has started.
CREATE FUNCTION savings_circle_steps() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status AND NOT (OLD.status, NEW.status) IN (
      ('gathering', 'running'), ('gathering', 'ended'), ('running', 'paused'), ('running', 'completed'),
      ('running', 'ended'), ('paused', 'running'), ('paused', 'ended')) THEN
    PERFORM savings_refuse('savings_circle_steps_forward', format('a circle cannot go from %s to %s', OLD.status, NEW.status));
  END IF;
  IF OLD.status <> 'gathering' AND (OLD.amount_minor, OLD.currency, OLD.frequency, OLD.turns, OLD.first_due_on, OLD.order_by,
      OLD.late_fee_minor, OLD.grace_days, OLD.shortfall_rule, OLD.shortfall_after_days, OLD.rounds_total, OLD.started_at)
      IS DISTINCT FROM (NEW.amount_minor, NEW.currency, NEW.frequency, NEW.turns, NEW.first_due_on, NEW.order_by,
      NEW.late_fee_minor, NEW.grace_days, NEW.shortfall_rule, NEW.shortfall_after_days, NEW.rounds_total, NEW.started_at) THEN
    PERFORM savings_refuse('savings_circle_terms_fixed', 'the terms of a circle are fixed once it has started');
  END IF;
  IF NEW.members_max < OLD.members_max AND NEW.members_max < (
      SELECT count(*) FROM savings_circle_member WHERE circle_id = NEW.id AND status = 'joined') THEN
    PERFORM savings_refuse('savings_circle_holds_its_members', 'the circle already has more members than that');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER savings_circle_steps BEFORE UPDATE ON savings_circle
  FOR EACH ROW EXECUTE FUNCTION savings_circle_steps();

-- The last free place is given once: whoever joins locks the circle, then counts. Nobody comes or goes after the start.
CREATE FUNCTION savings_circle_member_seated() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  its_circle savings_circle;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.status = OLD.status THEN
    RETURN NEW;
  END IF;
  SELECT * INTO its_circle FROM savings_circle WHERE id = NEW.circle_id FOR NO KEY UPDATE;
  IF its_circle.status <> 'gathering' AND (NEW.status = 'joined' OR (TG_OP = 'UPDATE' AND OLD.status = 'joined')) THEN
    PERFORM savings_refuse('savings_circle_member_fixed', 'members come and go only before the circle starts');
  END IF;
  IF NEW.status = 'joined' AND its_circle.members_max <= (
      SELECT count(*) FROM savings_circle_member
      WHERE circle_id = NEW.circle_id AND status = 'joined' AND id <> NEW.id) THEN
    PERFORM savings_refuse('savings_circle_member_at_most', 'the circle is full');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER savings_circle_member_seated BEFORE INSERT OR UPDATE OF status ON savings_circle_member
  FOR EACH ROW EXECUTE FUNCTION savings_circle_member_seated();

-- Which transaction consented to a swap is written by the database, not by whoever asks.
CREATE FUNCTION savings_position_swap_stamped() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state <> 'asked' THEN
    PERFORM savings_refuse('savings_position_swap_asked_first', 'a swap is asked for before it is answered');
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state <> 'asked' THEN
    PERFORM savings_refuse('savings_position_swap_answered_once', 'this swap has been answered');
  END IF;
  NEW.consented_in := CASE WHEN NEW.state = 'consented' THEN pg_current_xact_id()::text::bigint END;
  RETURN NEW;
END $$;
CREATE TRIGGER savings_position_swap_stamped BEFORE INSERT OR UPDATE ON savings_position_swap
  FOR EACH ROW EXECUTE FUNCTION savings_position_swap_stamped();

-- After the start a place changes hands only by a swap to which both consented, in the transaction of that consent.
CREATE FUNCTION savings_position_fixed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.position IS DISTINCT FROM OLD.position
     AND (SELECT status FROM savings_circle WHERE id = NEW.circle_id) <> 'gathering'
     AND NOT EXISTS (
       SELECT FROM savings_position_swap AS swap
       WHERE swap.circle_id = NEW.circle_id AND swap.state = 'consented'
         AND swap.consented_in = pg_current_xact_id()::text::bigint
         AND (NEW.id, OLD.position, NEW.position) IN (
           (swap.asker_id, swap.asker_position, swap.other_position),
           (swap.other_id, swap.other_position, swap.asker_position))) THEN
    PERFORM savings_refuse('savings_position_fixed_after_start', 'after the start, places change only by a swap');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER savings_position_fixed BEFORE UPDATE OF position ON savings_circle_member
  FOR EACH ROW EXECUTE FUNCTION savings_position_fixed();

-- The recipient of a round to come is whoever holds its position: seen at the end of the transaction, when swaps are whole.
CREATE FUNCTION savings_recipient_of(its_round savings_round) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  size bigint;
BEGIN
  SELECT count(*) INTO size FROM savings_circle_member WHERE circle_id = its_round.circle_id AND status = 'joined';
  IF NOT EXISTS (
      SELECT FROM savings_circle_member
      WHERE id = its_round.recipient_id AND position = (its_round.number - 1) % size + 1) THEN
    PERFORM savings_refuse('savings_round_recipient_by_position', format('round %s belongs to another position', its_round.number));
  END IF;
END $$;
CREATE FUNCTION savings_round_recipient_checked() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  current_round savings_round;
BEGIN
  SELECT * INTO current_round FROM savings_round WHERE id = NEW.id;
  IF current_round.state = 'scheduled' THEN
    PERFORM savings_recipient_of(current_round);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER savings_round_recipient_by_position
  AFTER INSERT OR UPDATE OF recipient_id, number ON savings_round
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION savings_round_recipient_checked();
CREATE FUNCTION savings_positions_checked() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  each_round savings_round;
BEGIN
  FOR each_round IN SELECT * FROM savings_round WHERE circle_id = NEW.circle_id AND state = 'scheduled' LOOP
    PERFORM savings_recipient_of(each_round);
  END LOOP;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER savings_positions_fit_rounds
  AFTER UPDATE OF position ON savings_circle_member
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION savings_positions_checked();

-- Rounds and contributions step forward only. A late fee is added once; what was paid stays as it was paid.
CREATE FUNCTION savings_round_steps() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT (OLD.state, NEW.state) IN (
      ('scheduled', 'open'), ('scheduled', 'cancelled'), ('open', 'paid_out'), ('open', 'cancelled')) THEN
    PERFORM savings_refuse('savings_round_steps_forward', format('a round cannot go from %s to %s', OLD.state, NEW.state));
  END IF;
  IF NEW.recipient_id <> OLD.recipient_id AND OLD.state <> 'scheduled' THEN
    PERFORM savings_refuse('savings_round_recipient_fixed', 'the recipient of a round is fixed once it has opened');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER savings_round_steps BEFORE UPDATE ON savings_round
  FOR EACH ROW EXECUTE FUNCTION savings_round_steps();

CREATE FUNCTION savings_contribution_steps() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT (OLD.state, NEW.state) IN (
      ('due', 'overdue'), ('due', 'paid'), ('due', 'forgiven'), ('due', 'cancelled'), ('overdue', 'paid'), ('overdue', 'forgiven'),
      ('overdue', 'cancelled'), ('paid', 'refunded')) THEN
    PERFORM savings_refuse('savings_contribution_steps_forward',
      format('a contribution cannot go from %s to %s', OLD.state, NEW.state));
  END IF;
  IF NEW.late_fee_minor <> OLD.late_fee_minor AND (OLD.late_fee_minor <> 0 OR OLD.state <> 'overdue') THEN
    PERFORM savings_refuse('savings_contribution_fined_once', 'a late fee is added once, to what is overdue');
  END IF;
  IF OLD.paid_at IS NOT NULL AND (OLD.paid_at, OLD.entry_id) IS DISTINCT FROM (NEW.paid_at, NEW.entry_id) THEN
    PERFORM savings_refuse('savings_contribution_paid_once', 'what was paid stays as it was paid');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER savings_contribution_steps BEFORE UPDATE ON savings_contribution
  FOR EACH ROW EXECUTE FUNCTION savings_contribution_steps();

-- A published draw stays as it was published.
CREATE FUNCTION savings_draw_kept() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.commitment <> OLD.commitment OR NEW.number <> OLD.number OR (OLD.seed IS NOT NULL AND
      (OLD.seed, OLD.member_ids, OLD."order", OLD.drawn_at) IS DISTINCT FROM (NEW.seed, NEW.member_ids, NEW."order", NEW.drawn_at)) THEN
    PERFORM savings_refuse('savings_draw_kept', 'a draw stays as it was committed to and published');
  END IF;
  IF NEW.seed IS NOT NULL AND encode(sha256(convert_to(NEW.seed, 'UTF8')), 'hex') <> NEW.commitment THEN
    PERFORM savings_refuse('savings_draw_seed_fits_commitment', 'this is not the seed that was committed to');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER savings_draw_kept BEFORE UPDATE ON savings_draw
  FOR EACH ROW EXECUTE FUNCTION savings_draw_kept();

-- What has happened to money is never deleted; a place, an invitation or a draw is closed, not removed.
REVOKE DELETE, TRUNCATE ON savings_circle, savings_circle_member, savings_round, savings_contribution,
  savings_round_payout, savings_draw, savings_position_swap, savings_invitation FROM pamoja_app;
