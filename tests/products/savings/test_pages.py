"""What people see and do of savings in a browser."""

import html
import re
from contextlib import redirect_stdout
from io import StringIO

import pytest

from pamoja.foundation import ids
from tests.products.savings.circles import (
    a_group,
    a_running_group,
    after,
    fund,
    pay,
    pay_out,
    shillings,
    sweep,
    wallet,
)
from tests.products.savings.scenes import begins_with
from tests.world.cast import a_member, signed_in

pytestmark = pytest.mark.usefixtures("clock")

CIRCLE_PAGES = ["", "schedule/", "members/", "payments/", "activity/", "rules/", "draw/", "statement/", "settings/"]


@pytest.fixture
def at(community):
    def address(path: str = "", group=None) -> str:
        circle = f"{ids.public('circle', group.circle_id)}/" if group else ""
        return f"/c/{community.slug}/savings/{circle}{path}"

    return address


def words(response) -> str:
    """The page as it reads, without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.mark.parametrize("make", [a_group, a_running_group])
def test_every_page_of_a_circle_opens_for_its_organiser(at, make, subtests):
    group = make(3, order_by="draw")
    organiser = signed_in(group.people[0])

    for path in CIRCLE_PAGES:
        with subtests.test(path):
            response = organiser.get(at(path, group))

            assert response.status_code == 200
            assert "Harvest" in words(response)


def test_a_private_circle_does_not_exist_for_others(at, subtests):
    group, stranger = a_running_group(3), signed_in(a_member("Zawadi Nduta"))

    for path in CIRCLE_PAGES:
        with subtests.test(path):
            assert stranger.get(at(path, group)).status_code == 404


@begins_with(a_group, 3, visibility="open")
def test_a_listed_circle_shows_its_terms_and_not_its_people(at, group):
    response = signed_in(a_member("Zawadi Nduta")).get(at("", group))

    assert "Ask to join" in words(response)
    assert "Baraka" not in words(response)


def test_a_visitor_signs_in_first(client, at):
    assert "/account/login/" in client.get(at()).url


def test_a_circle_is_made_from_the_form(at, clock):
    from pamoja.products.savings.forms import TermsForm
    from pamoja.products.savings.public import Circle

    member = a_member()
    typed = TermsForm.proposed(clock.now.date()) | {
        "name": "Market Women",
        "amount": "5,000",
        "late_fee": "150",
        "first_due_on": "2026-04-01",
        "rules_text": "",
    }

    response = signed_in(member).post(at("new/"), typed)

    circle = Circle.objects.get(name="Market Women")
    assert response.url == at() + ids.public("circle", circle.pk) + "/"
    assert (circle.amount, circle.late_fee) == (shillings(5_000), shillings(150))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("amount", "five", "This is not an amount we can read."),
        ("amount", "", "This field is required."),
        ("members_max", "1", "greater than or equal to 2"),
        ("first_due_on", "2020-01-01", "The first due day cannot be in the past."),
        ("late_fee", "9,000", "A late fee is at most as much as the contribution."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_made(at, field, typed, said):
    from pamoja.products.savings.public import Circle

    form = {
        "name": "Market Women",
        "amount": "5000",
        "visibility": "private",
        "members_max": "5",
        "frequency": "weekly",
        "first_due_on": "2026-04-01",
        "order_by": "draw",
        "turns": "1",
        "grace_days": "2",
        "shortfall_rule": "wait",
        "shortfall_after_days": "7",
        field: typed,
    }

    response = signed_in(a_member()).post(at("new/"), form)

    assert response.status_code == 422
    assert said in words(response)
    assert f'id="id_{field}_error"' in response.content.decode()
    assert 'value="Market Women"' in response.content.decode()
    assert not Circle.objects.exists()


def test_a_code_as_people_type_it_leads_to_the_invitation_and_joins(at):
    from pamoja.products.savings.public import invite

    group = a_group(2)
    code = invite(by=group.organiser, circle_id=group.circle_id).shown_code
    newcomer = a_member("Zawadi Nduta")
    browser = signed_in(newcomer)

    found = browser.post(at("join/"), {"code": code.lower().replace("-", " ")})
    browser.post(found.url, {"rules_version": "1", "receives_on": "wallet", "accepts_rules": "on"})

    assert "Harvest" in words(browser.get(at("", group)))
    assert [line.member_id for line in group.circle.seats.all()].count(newcomer.pk) == 1


def test_nobody_joins_without_accepting_the_rules(at):
    from pamoja.products.savings.public import invite

    group = a_group(2)
    code = invite(by=group.organiser, circle_id=group.circle_id).shown_code

    response = signed_in(a_member("Zawadi Nduta")).post(
        at(f"join/{code}/"), {"rules_version": "1", "receives_on": "wallet"}
    )

    assert response.status_code == 422
    assert "Please read the rules and accept them first." in words(response)
    assert group.circle.seats.count() == 2


def test_an_expired_invitation_says_so(at, clock):
    from pamoja.products.savings.public import invite

    group = a_group(2)
    code = invite(by=group.organiser, circle_id=group.circle_id, days=1).shown_code
    newcomer = a_member("Zawadi Nduta")
    clock.turn_by(days=2)

    assert "This invitation has expired" in words(signed_in(newcomer).get(at(f"join/{code}/")))


@begins_with(a_running_group, 3)
def test_pressing_twice_pays_once(at, group):
    payer = group.people[1]
    fund(payer, shillings(20_000))
    browser = signed_in(payer)
    page = at(f"pay/{ids.public('contribution', group.contribution(1, 1).pk)}/")
    key = re.search(r'name="key" value="([^"]+)"', browser.get(page).content.decode()).group(1)

    for _ in range(2):
        browser.post(f"{page}wallet/", {"key": key})

    assert wallet(payer) == shillings(15_000)
    assert "Thank you." in words(browser.get(page))


@begins_with(a_running_group, 3)
def test_an_old_sign_in_proves_itself_before_money_moves(at, group):
    payer = group.people[1]
    fund(payer, shillings(20_000))
    page = at(f"pay/{ids.public('contribution', group.contribution(1, 1).pk)}/")

    response = signed_in(payer, seconds_ago=3600).post(f"{page}wallet/", {"key": "k"})

    assert "reauthenticate" in response.url
    assert wallet(payer) == shillings(20_000)


@begins_with(a_running_group, 3)
def test_nobody_sees_how_somebody_else_pays(at, group):
    page = at(f"pay/{ids.public('contribution', group.contribution(1, 1).pk)}/")

    assert signed_in(group.people[2]).get(page).status_code == 404


@pytest.mark.parametrize("deed", ["start/", "end/", "draw/hold/"])
@begins_with(a_group, 3)
def test_a_plain_member_is_told_that_the_organiser_does_this(at, deed, group):
    before = group.circle.status

    response = signed_in(group.people[1]).post(at(deed, group), follow=True)

    assert "Only the circle's organiser can do this." in words(response)
    assert group.circle.status == before


@begins_with(a_group, 3)
def test_the_order_is_set_by_numbers_beside_names(at, group):
    numbers = {
        ids.public("member", person.pk): str(place) for place, person in zip((3, 1, 2), group.people, strict=True)
    }

    signed_in(group.people[0]).post(at("order/", group), numbers)

    assert [group.seat(place).position for place in (0, 1, 2)] == [3, 1, 2]


@pytest.mark.parametrize("places", [("1", "1", "2"), ("1", "2", ""), ("1", "2", "4"), ("one", "2", "3")])
@begins_with(a_group, 3)
def test_an_order_with_a_gap_is_refused_and_kept_as_typed(at, places, group):
    numbers = {ids.public("member", person.pk): place for place, person in zip(places, group.people, strict=True)}

    response = signed_in(group.people[0]).post(at("order/", group), numbers)

    assert response.status_code == 422
    assert group.seat(0).position is None


@begins_with(a_running_group, 5, order_by="draw")
def test_the_program_on_the_draw_page_proves_the_draw(at, group):
    page = signed_in(group.people[0]).get(at("draw/", group)).content.decode()
    program = html.unescape(re.search(r'<pre class="proof"[^>]*>(.*?)</pre>', page, re.DOTALL).group(1))

    said = StringIO()
    with redirect_stdout(said):
        exec(program, {})  # noqa: S102 - what the page tells people to run is run

    assert said.getvalue().splitlines() == ["The seed is the sealed one: True", "The order is what it gives: True"]


@begins_with(a_running_group, 2, name="=cmd()")
def test_a_spreadsheet_of_the_pot_holds_no_formula(at, group):
    fund(group.people[0], shillings(20_000))
    page = at(f"pay/{ids.public('contribution', group.contribution(1, 0).pk)}/")
    browser = signed_in(group.people[0])
    browser.post(f"{page}wallet/", {"key": "k"})

    sheet = browser.get(at("statement.csv", group)).content.decode()

    assert "5000.00" in sheet
    assert not re.search(r"(^|,)[=+@]", sheet, re.MULTILINE)


@begins_with(a_running_group, 3)
def test_what_is_due_today_is_the_first_card_at_home(community, clock, group):
    clock.turn_by(days=3)

    home = words(signed_in(group.people[1]).get(f"/c/{community.slug}/"))

    assert "Pay KSh 5,000" in home
    assert home.index("Pay KSh 5,000") < home.index("Your circles")


@begins_with(a_group, 3, members_max=5)
def test_the_ring_at_home_shows_the_places_of_a_circle_that_gathers(community, group):
    home = signed_in(group.people[1]).get(f"/c/{community.slug}/").content.decode()

    assert len(re.findall("ring-arc paid", home)) == 3
    assert len(re.findall("ring-arc open", home)) == 2


@begins_with(a_running_group, 3, shortfall_rule="pay_what_is_in", shortfall_after_days=1)
def test_whoever_is_owed_arrears_lets_go_of_them_on_the_page(at, clock, group):
    pay(group, 1, 0, 1)
    clock.turn_to(after(group, 1, days=1, seconds=1))
    sweep()
    owed = group.contribution(1, 2)
    deed = at(f"pay/{ids.public('contribution', owed.pk)}/forgive/")

    shown = {place: signed_in(group.people[place]).get(at("", group)) for place in (0, 1, 2)}

    assert all("Arrears" in words(page) for page in shown.values())
    assert [deed in page.content.decode() for page in shown.values()] == [True, False, False]
    signed_in(group.people[1]).post(deed)
    assert "reauthenticate" in signed_in(group.people[0], seconds_ago=3600).post(deed).url
    assert group.contribution(1, 2).state == "overdue"
    done = signed_in(group.people[0]).post(deed, follow=True)
    assert group.contribution(1, 2).state == "forgiven"
    assert "You have let go of KSh 5,000" in words(done)
    assert deed not in done.content.decode()


@begins_with(a_running_group, 2)
def test_a_wallet_says_in_words_what_moved_it(community, at, clock, group):
    payer = group.people[0]
    pay(group, 1, 0, 1)
    pay_out(group, 1)
    browser, wallet_page = signed_in(payer), f"/c/{community.slug}/wallet/"

    page, sheet = browser.get(wallet_page), browser.get(f"{wallet_page}statement.csv").content.decode()

    assert f'<a href="{at("", group)}">Contribution to Harvest, round 1</a>' in page.content.decode()
    assert [row.split(",", 3)[3] for row in sheet.splitlines()[2:-1]] == [
        "test,,5000.00,5000.00",
        '"Contribution to Harvest, round 1",,-5000.00,0.00',
        '"Pot of Harvest, round 1",,10000.00,10000.00',
    ]
    for text in (page.content.decode(), sheet):
        assert "savings.contribution" not in text
        assert "savings.round" not in text


@begins_with(a_running_group, 2, late_fee=shillings(200), grace_days=1)
def test_a_late_fee_is_told_from_the_contribution_it_came_with(community, clock, group):
    clock.turn_to(after(group, 1, days=2))
    sweep()
    pay(group, 1, 1)

    sheet = signed_in(group.people[1]).get(f"/c/{community.slug}/wallet/statement.csv").content.decode()

    assert '"Contribution to Harvest, round 1",,-5000.00' in sheet
    assert '"Contribution to Harvest, round 1 · late fee",,-200.00' in sheet


@pytest.mark.usefixtures("community")
def test_codes_cannot_be_guessed_at_speed(at):
    guesser = signed_in(a_member("Zawadi Nduta"))

    answers = [guesser.post(at("join/"), {"code": f"K7QM-XW3{last}"}) for last in "34679ACDEFG"]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "That was a lot of tries" in words(answers[-1])
    assert 'id="id_code_error"' in answers[-1].content.decode()
    assert guesser.get(at("join/K7QM-XW3P/")).status_code == 429
    api = guesser.get(at("").replace("/savings/", "/api/v1/savings/") + "invitations/K7QM-XW3P")
    assert (api.status_code, api.json()["code"]) == (429, "identity.too_many_tries")


def test_a_right_code_does_not_help_who_guesses(at):
    from pamoja.products.savings.public import invite

    group = a_group(2)
    code = invite(by=group.organiser, circle_id=group.circle_id).shown_code
    guesser = signed_in(a_member("Zawadi Nduta"))
    for last in "34679ACDEF":
        guesser.get(at(f"join/K7QM-XW3{last}/"))

    assert guesser.get(at(f"join/{code}/")).status_code == 429
    assert signed_in(a_member("Farid Ali")).get(at(f"join/{code}/")).status_code == 200


def test_codes_are_not_guessed_from_one_address_by_many(at):
    answers = [
        signed_in(guesser, REMOTE_ADDR="198.51.100.7").get(at("join/K7QM-XW3P/")).status_code
        for guesser in [a_member(f"Guesser {number}") for number in range(4)]
        for _ in range(8)
    ]

    assert answers == [404] * 30 + [429] * 2
