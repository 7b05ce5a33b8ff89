-- Financial summaries for reports. `security_invoker` lets row-level security hold for whoever asks.
CREATE VIEW savings_circle_summary WITH (security_invoker = true) AS
SELECT
  circle.id AS circle_id,
  circle.community_id,
  circle.status,
  circle.currency,
  (SELECT count(*) FROM savings_circle_member AS seat WHERE seat.circle_id = circle.id AND seat.status = 'joined') AS members,
  (SELECT count(*) FROM savings_round AS turn WHERE turn.circle_id = circle.id AND turn.state = 'paid_out') AS rounds_paid_out,
  contributed.paid_minor,
  contributed.late_fees_minor,
  contributed.refunded_minor,
  contributed.overdue,
  contributed.overdue_minor,
  received.paid_out_minor,
  contributed.paid_minor - received.paid_out_minor AS pot_minor,
  (SELECT min(turn.due_on) FROM savings_round AS turn
    WHERE turn.circle_id = circle.id AND turn.state IN ('open', 'scheduled')) AS next_due_on
FROM savings_circle AS circle
CROSS JOIN LATERAL (
  SELECT
    coalesce(sum(amount_minor) FILTER (WHERE state = 'paid'), 0)::bigint AS paid_minor,
    coalesce(sum(late_fee_minor) FILTER (WHERE state IN ('paid', 'refunded')), 0)::bigint AS late_fees_minor,
    coalesce(sum(amount_minor) FILTER (WHERE state = 'refunded'), 0)::bigint AS refunded_minor,
    count(*) FILTER (WHERE state = 'overdue') AS overdue,
    coalesce(sum(amount_minor + late_fee_minor) FILTER (WHERE state = 'overdue'), 0)::bigint AS overdue_minor
  FROM savings_contribution WHERE circle_id = circle.id
) AS contributed
CROSS JOIN LATERAL (
  SELECT coalesce(sum(amount_minor), 0)::bigint AS paid_out_minor FROM savings_round_payout WHERE circle_id = circle.id
) AS received;

-- What each member paid, owes and received in each circle.
CREATE VIEW savings_member_summary WITH (security_invoker = true) AS
SELECT
  seat.id AS seat_id,
  seat.community_id,
  seat.circle_id,
  seat.member_id,
  contributed.paid,
  contributed.paid_minor,
  contributed.late,
  contributed.late_fees_minor,
  contributed.owed_minor,
  coalesce((SELECT sum(amount_minor) FROM savings_round_payout WHERE recipient_id = seat.id), 0)::bigint AS received_minor
FROM savings_circle_member AS seat
CROSS JOIN LATERAL (
  SELECT
    count(*) FILTER (WHERE state = 'paid') AS paid,
    coalesce(sum(amount_minor) FILTER (WHERE state = 'paid'), 0)::bigint AS paid_minor,
    count(*) FILTER (WHERE state = 'paid' AND paid_at >= due_at) AS late,
    coalesce(sum(late_fee_minor) FILTER (WHERE state = 'paid'), 0)::bigint AS late_fees_minor,
    coalesce(sum(amount_minor + late_fee_minor) FILTER (WHERE state IN ('due', 'overdue')), 0)::bigint AS owed_minor
  FROM savings_contribution WHERE seat_id = seat.id
) AS contributed
WHERE seat.status <> 'asked' AND seat.status <> 'declined';

-- What is still to be paid, and what of it is late.
CREATE VIEW savings_pending_contribution WITH (security_invoker = true) AS
SELECT contribution.*, seat.member_id, turn.number AS round_number
FROM savings_contribution AS contribution
JOIN savings_circle_member AS seat ON seat.id = contribution.seat_id
JOIN savings_round AS turn ON turn.id = contribution.round_id
WHERE contribution.state IN ('due', 'overdue');

CREATE VIEW savings_overdue_contribution WITH (security_invoker = true) AS
SELECT * FROM savings_pending_contribution WHERE state = 'overdue';

GRANT SELECT ON savings_circle_summary, savings_member_summary, savings_pending_contribution, savings_overdue_contribution
  TO pamoja_app;
