-- The same moves as rules/billing.py; what was agreed never changes, and no row is ever taken away.
CREATE TRIGGER payments_subscription_begins BEFORE INSERT ON payments_subscription
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('incomplete');
CREATE TRIGGER payments_subscription_moves BEFORE UPDATE ON payments_subscription
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'incomplete>trialing', 'incomplete>active', 'incomplete>cancelled', 'incomplete>expired',
    'trialing>active', 'trialing>paused', 'trialing>cancelled',
    'active>past_due', 'active>paused', 'active>cancelled',
    'past_due>active', 'past_due>paused', 'past_due>cancelled',
    'paused>trialing', 'paused>active', 'paused>cancelled');
CREATE TRIGGER payments_subscription_stays BEFORE UPDATE ON payments_subscription
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'member_id', 'product', 'key', 'began_at', '?ended_at');

CREATE TRIGGER payments_invoice_begins BEFORE INSERT ON payments_invoice
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('draft');
CREATE TRIGGER payments_invoice_moves BEFORE UPDATE ON payments_invoice
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'draft>open', 'open>paid', 'open>void', 'open>uncollectible', 'paid>refunded');
CREATE TRIGGER payments_invoice_stays BEFORE UPDATE ON payments_invoice
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'member_id', 'subscription_id', 'key', 'reason', 'currency', 'made_at', 'recognition', '?paid_at');
CREATE TRIGGER payments_invoice_stays_numbered BEFORE UPDATE ON payments_invoice
  FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION payments_refuse_rewriting(
    'number', 'total_minor', 'tax_minor', 'due_at');

-- Leaving draft gives the next number of the community: the counter's row lock makes numbers wait for each other, and a
-- number that is rolled back is given again. The application can neither choose a number nor touch the counter.
CREATE FUNCTION payments_number_invoice() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  lines_minor bigint;
  taxes_minor bigint;
BEGIN
  SELECT coalesce(sum(amount_minor) FILTER (WHERE NOT is_included), 0),
         coalesce(sum(amount_minor) FILTER (WHERE kind = 'tax'), 0)
    INTO lines_minor, taxes_minor FROM payments_invoice_line WHERE invoice_id = NEW.id;
  IF (lines_minor, taxes_minor) IS DISTINCT FROM (NEW.total_minor, NEW.tax_minor) THEN
    RAISE EXCEPTION 'the lines of an invoice add up to % with % of tax, not to % with %',
      lines_minor, taxes_minor, NEW.total_minor, NEW.tax_minor
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  INSERT INTO payments_invoice_counter AS counter (id, community_id, last)
    VALUES (gen_random_uuid(), NEW.community_id, 1)
    ON CONFLICT (community_id) DO UPDATE SET last = counter.last + 1
    RETURNING last INTO NEW.number;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION payments_number_invoice() FROM PUBLIC;
CREATE TRIGGER payments_invoice_takes_number BEFORE UPDATE ON payments_invoice
  FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state = 'open') EXECUTE FUNCTION payments_number_invoice();

-- Lines are written while the invoice is a draft, and never after.
CREATE FUNCTION payments_refuse_late_line() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.invoice_id IS NOT NULL
     AND (SELECT state FROM payments_invoice WHERE id = NEW.invoice_id) IS DISTINCT FROM 'draft' THEN
    RAISE EXCEPTION 'the lines of a numbered invoice never change'
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payments_invoice_line_in_time BEFORE INSERT OR UPDATE ON payments_invoice_line
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_late_line();
CREATE TRIGGER payments_invoice_line_stays BEFORE UPDATE ON payments_invoice_line
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', '?invoice_id', 'member_id', 'kind', 'description', 'quantity', 'amount_minor', 'currency',
    'is_included', 'starts_at', 'ends_at');

CREATE TRIGGER payments_price_stays BEFORE UPDATE ON payments_price
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'plan_id', 'currency', 'interval', 'interval_count', 'scheme', 'unit_minor', 'per_units',
    'is_metered');
CREATE TRIGGER payments_tax_rate_stays BEFORE UPDATE ON payments_tax_rate
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting('community_id', 'rate_bp', 'is_inclusive');
CREATE TRIGGER payments_discount_stays BEFORE UPDATE ON payments_discount
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'percent_bp', 'off_minor', 'currency', 'duration', 'times', 'plan_id');
CREATE TRIGGER payments_usage_stays BEFORE UPDATE ON payments_usage
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'subscription_id', 'key', 'quantity', 'used_at', '?line_id');
CREATE TRIGGER payments_revenue_span_stays BEFORE UPDATE ON payments_revenue_span
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_rewriting(
    'community_id', 'invoice_id', 'subscription_id', 'currency', 'recognition');

CREATE TRIGGER payments_question_begins BEFORE INSERT ON payments_question
  FOR EACH ROW EXECUTE FUNCTION payments_refuse_move('open');
CREATE TRIGGER payments_question_moves BEFORE UPDATE ON payments_question
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_refuse_move(
    'open>answered', 'open>resolved', 'answered>open', 'answered>resolved', 'resolved>open');

REVOKE DELETE, TRUNCATE ON payments_plan, payments_price, payments_tier, payments_tax_rate, payments_discount,
  payments_promotion_code, payments_subscription, payments_redemption, payments_usage, payments_invoice,
  payments_invoice_line, payments_revenue_span, payments_question FROM pamoja_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON payments_invoice_counter FROM pamoja_app;
REVOKE UPDATE, DELETE, TRUNCATE ON payments_tier, payments_invoice_refund, payments_question_message FROM pamoja_app;
