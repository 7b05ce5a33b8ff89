"""Addresses of savings' pages, below the community's own."""

from django.urls import path, register_converter

from pamoja.foundation.addresses import converter_for
from pamoja.products.savings.pages import board, circles, creating, finding, organising, paying, taking_part, voting

for kind in ("circle", "contribution", "file", "invitation", "member", "post", "proposal", "swap"):
    register_converter(converter_for(kind), kind)

app_name = "savings"

CIRCLE = "<circle:circle_id>/"

urlpatterns = [
    path("", finding.circles, name="circles"),
    path("find/", finding.discover, name="discover"),
    path("new/", creating.create, name="create"),
    path("new/sum/", creating.preview_sum, name="preview_sum"),
    path("join/", finding.enter_code, name="enter_code"),
    path("join/<str:code>/", finding.invitation, name="invitation"),
    path("pay/<contribution:contribution_id>/", paying.pay, name="pay"),
    path("pay/<contribution:contribution_id>/wallet/", paying.from_wallet, name="pay_from_wallet"),
    path("pay/<contribution:contribution_id>/phone/", paying.from_phone, name="pay_from_phone"),
    path("pay/<contribution:contribution_id>/forgive/", paying.forgive, name="forgive"),
    path(CIRCLE, circles.overview, name="circle"),
    path(f"{CIRCLE}schedule/", circles.schedule, name="schedule"),
    path(f"{CIRCLE}members/", circles.members, name="members"),
    path(f"{CIRCLE}activity/", circles.activity, name="activity"),
    path(f"{CIRCLE}payments/", circles.history, name="history"),
    path(f"{CIRCLE}board/", board.wall, name="board"),
    path(f"{CIRCLE}board/here/", board.here, name="here"),
    path(f"{CIRCLE}board/files/<file:file_id>/", board.file, name="board_file"),
    path(f"{CIRCLE}board/<post:post_id>/", board.post, name="board_post"),
    path(f"{CIRCLE}board/<post:post_id>/hide/", board.hide, name="board_hide"),
    path(f"{CIRCLE}board/<post:post_id>/show/", board.show, name="board_show"),
    path(f"{CIRCLE}board/<post:post_id>/pin/", board.pin, name="board_pin"),
    path(f"{CIRCLE}board/<post:post_id>/take-back/", board.take_back, name="board_take_back"),
    path(f"{CIRCLE}decisions/", voting.all_decisions, name="decisions"),
    path(f"{CIRCLE}decisions/rule/", voting.change_rule, name="voting_rule"),
    path(f"{CIRCLE}decisions/<proposal:proposal_id>/", voting.one_decision, name="decision"),
    path(f"{CIRCLE}decisions/<proposal:proposal_id>/vote/", voting.cast_vote, name="cast_vote"),
    path(f"{CIRCLE}decisions/<proposal:proposal_id>/withdraw/", voting.withdraw, name="withdraw_proposal"),
    path(f"{CIRCLE}rules/", circles.rules, name="rules"),
    path(f"{CIRCLE}draw/", circles.draw, name="draw"),
    path(f"{CIRCLE}statement/", circles.statement, name="statement"),
    path(f"{CIRCLE}statement.csv", circles.statement_csv, name="statement_csv"),
    path(f"{CIRCLE}settings/", creating.settings, name="settings"),
    path(f"{CIRCLE}invitations/", organising.invitations, name="invitations"),
    path(
        f"{CIRCLE}invitations/<invitation:invitation_id>/withdraw/",
        organising.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path(f"{CIRCLE}members/<member:member_id>/admit/", organising.admit, name="admit"),
    path(f"{CIRCLE}members/<member:member_id>/decline/", organising.decline, name="decline"),
    path(f"{CIRCLE}members/<member:member_id>/remove/", organising.remove, name="remove"),
    path(f"{CIRCLE}members/<member:member_id>/role/", organising.change_role, name="change_role"),
    path(f"{CIRCLE}order/", organising.order, name="order"),
    path(f"{CIRCLE}draw/hold/", organising.hold_draw, name="hold_draw"),
    path(f"{CIRCLE}start/", organising.start, name="start"),
    path(f"{CIRCLE}pause/", organising.pause, name="pause"),
    path(f"{CIRCLE}resume/", organising.resume, name="resume"),
    path(f"{CIRCLE}end/", organising.end, name="end"),
    path(f"{CIRCLE}ask/", taking_part.ask, name="ask"),
    path(f"{CIRCLE}accept/", taking_part.accept, name="accept"),
    path(f"{CIRCLE}choices/", taking_part.choose, name="choose"),
    path(f"{CIRCLE}leave/", taking_part.leave, name="leave"),
    path(f"{CIRCLE}swaps/ask/<member:member_id>/", taking_part.swap_ask, name="swap_ask"),
    path(f"{CIRCLE}swaps/<swap:swap_id>/consent/", taking_part.swap_consent, name="swap_consent"),
    path(f"{CIRCLE}swaps/<swap:swap_id>/refuse/", taking_part.swap_refuse, name="swap_refuse"),
]
