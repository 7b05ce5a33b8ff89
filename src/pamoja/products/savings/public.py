"""What other packages may use of savings."""

from pamoja.products.savings.actions.board import make_announcement, write_post
from pamoja.products.savings.actions.collecting import pay_by_phone
from pamoja.products.savings.actions.contributing import forgive_arrears, pay_from_wallet
from pamoja.products.savings.actions.creating import change_circle_settings, create_circle, terms_of
from pamoja.products.savings.actions.ending import end_circle
from pamoja.products.savings.actions.inviting import invite, revoke_invitation
from pamoja.products.savings.actions.joining import (
    accept_rules,
    admit_member,
    ask_to_join,
    change_member_role,
    choose_how_to_pay,
    decline_member,
    join_by_invitation,
    leave_circle,
    remove_member,
)
from pamoja.products.savings.actions.ordering import (
    ask_swap,
    consent_swap,
    draw_positions,
    refuse_swap,
    set_positions,
)
from pamoja.products.savings.actions.pausing import pause_circle, resume_circle
from pamoja.products.savings.actions.paying_out import pay_out_round
from pamoja.products.savings.actions.starting import start_circle
from pamoja.products.savings.models import (
    Circle,
    CircleMember,
    Contribution,
    Draw,
    Invitation,
    PositionSwap,
    Round,
    RoundPayout,
)
from pamoja.products.savings.queries.circle_page import (
    CirclePage,
    ContributionLine,
    MemberLine,
    RoundLine,
    SwapLine,
    circle_page,
)
from pamoja.products.savings.queries.evidence import (
    CircleStatement,
    CircleSummary,
    DrawEvidence,
    InvitationPreview,
    circle_statement,
    circle_summary,
    contribution_history,
    contribution_seen_by,
    draw_evidence,
    invitation_preview,
)
from pamoja.products.savings.queries.lists import (
    CircleLine,
    DueLine,
    ReceiptLine,
    circles_of,
    discoverable_circles,
    dues_of,
    payouts_of,
    receipts_to_come,
)
from pamoja.products.savings.queries.seats import MANAGE
from pamoja.products.savings.rules.draw import check_draw
from pamoja.products.savings.rules.terms import Terms

__all__ = [
    "MANAGE",
    "Circle",
    "CircleLine",
    "CircleMember",
    "CirclePage",
    "CircleStatement",
    "CircleSummary",
    "Contribution",
    "ContributionLine",
    "Draw",
    "DrawEvidence",
    "DueLine",
    "Invitation",
    "InvitationPreview",
    "MemberLine",
    "PositionSwap",
    "ReceiptLine",
    "Round",
    "RoundLine",
    "RoundPayout",
    "SwapLine",
    "Terms",
    "accept_rules",
    "admit_member",
    "ask_swap",
    "ask_to_join",
    "change_circle_settings",
    "change_member_role",
    "check_draw",
    "choose_how_to_pay",
    "circle_page",
    "circle_statement",
    "circle_summary",
    "circles_of",
    "consent_swap",
    "contribution_history",
    "contribution_seen_by",
    "create_circle",
    "decline_member",
    "discoverable_circles",
    "draw_evidence",
    "draw_positions",
    "dues_of",
    "end_circle",
    "forgive_arrears",
    "invitation_preview",
    "invite",
    "join_by_invitation",
    "leave_circle",
    "make_announcement",
    "pause_circle",
    "pay_by_phone",
    "pay_from_wallet",
    "pay_out_round",
    "payouts_of",
    "receipts_to_come",
    "refuse_swap",
    "remove_member",
    "resume_circle",
    "revoke_invitation",
    "set_positions",
    "start_circle",
    "terms_of",
    "write_post",
]
