"""The ways billing says no."""

from pamoja.foundation.errors import Refusal


class PlanNotFound(Refusal):
    """There is no such plan."""

    code = "payments.plan_not_found"
    kind = "not_found"


class PlanTaken(Refusal):
    """There is already a plan with the code {plan}."""

    code = "payments.plan_taken"
    kind = "conflict"


class PriceUnsound(Refusal):
    """This price does not say what every quantity costs."""

    code = "payments.price_unsound"
    kind = "invalid"


class DiscountUnsound(Refusal):
    """A discount takes off a share or an amount, and one that repeats says how often."""

    code = "payments.discount_unsound"
    kind = "invalid"


class CodeTaken(Refusal):
    """There is already such a code."""

    code = "payments.code_taken"
    kind = "conflict"


class CodeUnfit(Refusal):
    """{reason}."""

    code = "payments.code_unfit"
    kind = "invalid"


class SubscriptionNotFound(Refusal):
    """There is no such subscription."""

    code = "payments.subscription_not_found"
    kind = "not_found"


class AlreadySubscribed(Refusal):
    """You have a subscription to this already. Change its plan instead."""

    code = "payments.already_subscribed"
    kind = "conflict"


class SubscriptionEnded(Refusal):
    """This subscription has ended."""

    code = "payments.subscription_ended"
    kind = "conflict"


class SubscriptionStandsOtherwise(Refusal):
    """This cannot be done while the subscription is {state}."""

    code = "payments.subscription_stands_otherwise"
    kind = "conflict"


class PlanSame(Refusal):
    """You have this plan already."""

    code = "payments.plan_same"
    kind = "conflict"


class ChangeWaitsForPeriod(Refusal):
    """A plan that counts use changes at the end of a period only."""

    code = "payments.change_waits_for_period"
    kind = "conflict"


class InvoiceUnpaid(Refusal):
    """Please pay the open invoice first."""

    code = "payments.invoice_unpaid"
    kind = "conflict"


class NothingMetered(Refusal):
    """This subscription does not count use."""

    code = "payments.nothing_metered"
    kind = "conflict"


class InvoiceNotFound(Refusal):
    """There is no such invoice."""

    code = "payments.invoice_not_found"
    kind = "not_found"


class InvoiceNotOpen(Refusal):
    """This invoice is not to be paid any more."""

    code = "payments.invoice_not_open"
    kind = "conflict"


class InvoiceNotPaid(Refusal):
    """Only an invoice that was paid can be given back."""

    code = "payments.invoice_not_paid"
    kind = "conflict"


class InvoiceRefundTooLarge(Refusal):
    """At most {most} of this invoice can be given back."""

    code = "payments.invoice_refund_too_large"
    kind = "invalid"


class QuestionNotFound(Refusal):
    """There is no such question."""

    code = "payments.question_not_found"
    kind = "not_found"


class QuestionEmpty(Refusal):
    """Please write a few words."""

    code = "payments.question_empty"
    kind = "invalid"
