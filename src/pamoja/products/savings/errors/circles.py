"""The ways savings says no."""

from pamoja.foundation.errors import Refusal


class CircleNotFound(Refusal):
    """We could not find this circle."""

    code = "savings.circle_not_found"
    kind = "not_found"


class ContributionNotFound(Refusal):
    """We could not find this contribution."""

    code = "savings.contribution_not_found"
    kind = "not_found"


class RoundNotFound(Refusal):
    """We could not find this round."""

    code = "savings.round_not_found"
    kind = "not_found"


class SwapNotFound(Refusal):
    """We could not find this request to swap places."""

    code = "savings.swap_not_found"
    kind = "not_found"


class InvitationNotFound(Refusal):
    """This invitation code is not known. Please check it with whoever sent it."""

    code = "savings.invitation_not_found"
    kind = "not_found"


class NotInCircle(Refusal):
    """This person is not a member of the circle."""

    code = "savings.not_in_circle"
    kind = "not_found"


class OrganiserOnly(Refusal):
    """Only the circle's organiser can do this."""

    code = "savings.organiser_only"
    kind = "forbidden"


class NotYours(Refusal):
    """This belongs to another member of the circle."""

    code = "savings.not_yours"
    kind = "forbidden"


class CircleSettingInvalid(Refusal):
    """{problem}."""

    code = "savings.setting_invalid"
    kind = "invalid"


class SettingFixed(Refusal):
    """This cannot change any more: the circle has started, and everybody joined on these terms."""

    code = "savings.setting_fixed"


class CircleNotGathering(Refusal):
    """The circle has already started, so this is no longer possible."""

    code = "savings.already_started"


class CircleNotRunning(Refusal):
    """The circle is not running at the moment. No money has moved."""

    code = "savings.not_running"


class CircleNotPaused(Refusal):
    """The circle is not paused."""

    code = "savings.not_paused"


class CircleOver(Refusal):
    """This circle is over."""

    code = "savings.over"


class CircleFull(Refusal):
    """This circle is full: all {members_max} places are taken."""

    code = "savings.full"


class AlreadyInCircle(Refusal):
    """You are already in this circle."""

    code = "savings.already_in_circle"


class CircleIsPrivate(Refusal):
    """This circle is by invitation only."""

    code = "savings.private"
    kind = "forbidden"


class InvitationExpired(Refusal):
    """This invitation has expired. Please ask the organiser for a new one."""

    code = "savings.invitation_expired"


class InvitationRevoked(Refusal):
    """This invitation has been withdrawn. Please ask the organiser for a new one."""

    code = "savings.invitation_revoked"


class InvitationUsedUp(Refusal):
    """This invitation has been used already. Please ask the organiser for a new one."""

    code = "savings.invitation_used_up"


class RulesNotAccepted(Refusal):
    """Please read and accept the circle's rules first."""

    code = "savings.rules_not_accepted"
    kind = "invalid"


class RulesChanged(Refusal):
    """The circle's rules have changed since you opened them. Please read them again."""

    code = "savings.rules_changed"


class AcceptanceMissing(Refusal):
    """Not everybody has accepted the current rules yet: we are waiting for {waiting}."""

    code = "savings.acceptance_missing"


class TooFewMembers(Refusal):
    """A circle needs at least {members_min} members to start."""

    code = "savings.too_few_members"


class StartDayPassed(Refusal):
    """The first due day has passed. Please choose a later one before you start."""

    code = "savings.start_day_passed"


class OrderMissing(Refusal):
    """Please put the members in order first: everybody needs one place of their own."""

    code = "savings.order_missing"
    kind = "invalid"


class OrderIsDrawn(Refusal):
    """In this circle the order is drawn by lot, so nobody sets it by hand."""

    code = "savings.order_is_drawn"


class OrderIsSetByHand(Refusal):
    """In this circle the organiser sets the order, so there is no draw."""

    code = "savings.order_is_set_by_hand"


class OrganiserCannotLeave(Refusal):
    """The organiser cannot leave. Make somebody else the organiser first, or end the circle."""

    code = "savings.organiser_cannot_leave"


class SwapsNotAllowed(Refusal):
    """In this circle places cannot be swapped."""

    code = "savings.swaps_not_allowed"


class SwapNotPossible(Refusal):
    """These places cannot be swapped: one of the two turns has already begun."""

    code = "savings.swap_not_possible"


class SwapUnderWay(Refusal):
    """One of you has already been asked to swap. Answer that request first."""

    code = "savings.swap_under_way"


class SwapDecided(Refusal):
    """This request to swap has already been answered or has expired."""

    code = "savings.swap_decided"


class AlreadyPaid(Refusal):
    """This contribution is already paid. Nothing was taken."""

    code = "savings.already_paid"


class ContributionClosed(Refusal):
    """This contribution is no longer due. Nothing was taken."""

    code = "savings.contribution_closed"


class PaymentUnderWay(Refusal):
    """A payment is already under way. Please answer the prompt on your phone, or wait a minute."""

    code = "savings.payment_under_way"


class WalletTooLow(Refusal):
    """Your wallet holds {available}, and {needed} is needed. Nothing was taken."""

    code = "savings.wallet_too_low"
    kind = "conflict"


class KeyUsedOtherwise(Refusal):
    """This idempotency key was already used for something else."""

    code = "savings.key_used_otherwise"


class RoundNotOpen(Refusal):
    """This round is not open."""

    code = "savings.round_not_open"


class PotNotReady(Refusal):
    """The pot of round {round_number} cannot go out yet: {paid} of {full} is in."""

    code = "savings.pot_not_ready"


class NothingToForgive(Refusal):
    """Only arrears of a round that has been paid out can be forgiven, by whoever is owed them."""

    code = "savings.nothing_to_forgive"


class PostNotFound(Refusal):
    """We could not find this on the board."""

    code = "savings.post_not_found"
    kind = "not_found"


class BoardFileNotFound(Refusal):
    """We could not find this file."""

    code = "savings.board_file_not_found"
    kind = "not_found"


class NotYourPost(Refusal):
    """Only whoever wrote it can take it back."""

    code = "savings.not_your_post"
    kind = "forbidden"


class PostOver(Refusal):
    """This was hidden or taken back: nothing more can be done with it."""

    code = "savings.post_over"
    kind = "conflict"


class NothingSaid(Refusal):
    """Write something, or add a picture or PDF."""

    code = "savings.nothing_said"
    kind = "invalid"


class PostTooLong(Refusal):
    """Please keep it to {length_max} characters."""

    code = "savings.post_too_long"
    kind = "invalid"


class ReasonNeeded(Refusal):
    """Say why: everybody in the circle will read it."""

    code = "savings.reason_needed"
    kind = "invalid"


class TooManyFiles(Refusal):
    """At most {files_max} files come with one post."""

    code = "savings.too_many_files"
    kind = "invalid"


class FileTooBig(Refusal):
    """This file is too big: at most {megabytes} MB, please."""

    code = "savings.file_too_big"
    kind = "invalid"


class FileUnreadable(Refusal):
    """We could not read this file. JPEG, PNG and WebP pictures and plain PDF documents work."""

    code = "savings.file_unreadable"
    kind = "invalid"
