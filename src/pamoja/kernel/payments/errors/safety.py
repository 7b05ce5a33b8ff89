"""The ways limits, freezes and approvals say no."""

from pamoja.foundation.errors import Refusal


class LimitReached(Refusal):
    """You can {does} at most {most} {period}{left}. {advice}."""

    code = "payments.limit_reached"
    kind = "limit"


class MoneyOutFrozen(Refusal):
    """We are taking a closer look before more money leaves your wallet. It is safe there; you will hear from us."""

    code = "payments.money_out_frozen"
    kind = "conflict"


class DestinationTooNew(Refusal):
    """Your phone or account was changed. For your safety, money can be sent to it from {from_at}."""

    code = "payments.destination_too_new"
    kind = "conflict"


class FreezeNotFound(Refusal):
    """There is no such freeze."""

    code = "payments.freeze_not_found"
    kind = "not_found"


class FreezeLiftedAlready(Refusal):
    """This freeze was lifted already."""

    code = "payments.freeze_lifted_already"
    kind = "conflict"


class FrozenAlready(Refusal):
    """This is frozen already."""

    code = "payments.frozen_already"
    kind = "conflict"


class LeftAlready(Refusal):
    """This payment has left already, so it cannot be frozen."""

    code = "payments.left_already"
    kind = "conflict"


class OwnCase(Refusal):
    """This is about your own money, so somebody else has to decide it."""

    code = "payments.own_case"
    kind = "forbidden"


class SecondPersonNeeded(Refusal):
    """You asked for this yourself, so somebody else has to decide it."""

    code = "payments.second_person_needed"
    kind = "forbidden"


class ApprovalNotFound(Refusal):
    """There is nothing like that to approve."""

    code = "payments.approval_not_found"
    kind = "not_found"


class ApprovalEnded(Refusal):
    """This was decided already, or its time ran out."""

    code = "payments.approval_ended"
    kind = "conflict"


class BalanceGone(Refusal):
    """The wallet holds {available} that is free, less than {asked}. Nothing was moved."""

    code = "payments.balance_gone"
    kind = "conflict"


class AdjustmentUnfit(Refusal):
    """Please choose one of the community's accounts."""

    code = "payments.adjustment_unfit"
    kind = "invalid"


class EvidenceMissing(Refusal):
    """Please note what proves it, such as a receipt's number or where the document is kept."""

    code = "payments.evidence_missing"
    kind = "invalid"


class LimitUnfit(Refusal):
    """A shorter time cannot allow more than a longer one. Please check the amounts."""

    code = "payments.limit_unfit"
    kind = "invalid"


class HoursUnfit(Refusal):
    """Please choose between {least} and {most} hours."""

    code = "payments.hours_unfit"
    kind = "invalid"


class TierHeldAlready(Refusal):
    """The member has this standing already."""

    code = "payments.tier_held_already"
    kind = "conflict"


class LimitsNotFound(Refusal):
    """There are no such limits."""

    code = "payments.limits_not_found"
    kind = "not_found"
