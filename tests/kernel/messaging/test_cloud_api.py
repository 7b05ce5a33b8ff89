"""What Meta's Cloud API says and is told is read and written as its reference has it"""

from __future__ import annotations

import json
from typing import Any

import pytest

from pamoja.kernel.messaging.rules import Channel, Choice, Content, meaning_of
from pamoja.kernel.messaging.rules.cloud_api import media_kind, message_to, parcels, template_for
from pamoja.kernel.messaging.rules.incoming import Reported, Written, read_reported, read_written

AMINA, HIDDEN = "254712345678", "KE.13491208655302741918"
WAMID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="
OURS = "0199d3f0-0000-7000-8000-000000000001"


def told(*values: dict[str, Any], number_id: str = "106540352242922") -> dict[str, Any]:
    """A webhook with one change for each."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": number_id}
    changes = [
        {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata} | value}
        for value in values
    ]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}


def message(**said: Any) -> dict[str, Any]:
    return {"from": AMINA, "from_user_id": HIDDEN, "id": WAMID, "timestamp": "1749416383"} | said


def written(said: dict[str, Any]) -> Written:
    """As it is read again from the inbox."""
    contact = {"profile": {"name": "Amina W"}, "wa_id": AMINA, "user_id": HIDDEN}
    (parcel,) = parcels(told({"contacts": [contact], "messages": [said]}))
    assert (parcel.kind, parcel.external_id) == ("written", WAMID)
    return read_written(parcel.body)


PICTURE = {"id": "1003383421387256", "mime_type": "image/jpeg", "sha256": "x"}


@pytest.mark.parametrize(
    ("said", "text", "choice", "as_read"),
    [
        ({"type": "text", "text": {"body": "Salio"}}, "Salio", "", "Salio"),
        ({"type": "button", "button": {"text": "Lipa", "payload": "pay:1"}}, "Lipa", "pay:1", "Lipa"),
        (
            {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "a", "title": "A"}}},
            "A",
            "a",
            "A",
        ),
        (
            {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"id": "b", "title": "B", "description": "bb"}},
            },
            "B",
            "b",
            "B",
        ),
        ({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {}}}, "", "", "[a form]"),
        ({"type": "image", "image": PICTURE | {"caption": "my slip"}}, "my slip", "", "my slip [image/jpeg]"),
        ({"type": "document", "document": {"id": "1", "mime_type": "application/pdf"}}, "", "", "[application/pdf]"),
        ({"type": "audio", "audio": {"id": "1", "mime_type": "audio/ogg", "voice": True}}, "", "", "[audio/ogg]"),
        ({"type": "location", "location": {"latitude": -1.29, "longitude": 36.8}}, "", "", "[a place]"),
        ({"type": "location", "location": {"name": "Gikomba"}}, "", "", "[Gikomba]"),
        ({"type": "contacts", "contacts": [{"phones": []}]}, "", "", "[contacts]"),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, "", "", "[unsupported]"),
        ({"type": "text", "text": None}, "", "", ""),
        ({}, "", "", "[something]"),
    ],
)
def test_what_somebody_wrote_is_read(said: dict[str, Any], text: str, choice: str, as_read: str) -> None:
    found = written(message(**said))

    assert (found.channel, found.address, found.name) == (Channel.WHATSAPP, f"+{AMINA}", "Amina W")
    assert (found.text, found.choice, found.as_read, found.is_said) == (text, choice, as_read, True)


@pytest.mark.parametrize("kind", ["reaction", "system"])
def test_a_mere_sign_is_nothing_said(kind: str) -> None:
    assert not written(message(type=kind)).is_said


def test_who_hides_their_number_is_known_by_their_id() -> None:
    said = {"from_user_id": HIDDEN, "id": WAMID, "type": "text", "text": {"body": "hi"}}

    assert written(said).address == HIDDEN
    assert written(message(type="text", text={"body": "hi"})).also == HIDDEN


def test_a_form_of_twilios_is_read_into_the_same_shape() -> None:
    form = "MessageSid=SM1&From=whatsapp%3A%2B254712345678&Body=Salio&NumMedia=0&ProfileName=Amina+W"
    form += f"&ExternalUserId=whatsapp%3A{HIDDEN}"

    assert read_written(form) == Written(Channel.WHATSAPP, f"+{AMINA}", "Salio", name="Amina W", also=HIDDEN)
    assert read_reported(f"MessageSid=SM1&MessageStatus=failed&ErrorCode=63016&m={OURS}").error_code == "63016"


@pytest.mark.parametrize(
    ("status", "reported"),
    [
        ({"status": "sent", "biz_opaque_callback_data": OURS}, ("sent", "", OURS)),
        ({"status": "delivered"}, ("delivered", "", "None")),
        ({"status": "read", "biz_opaque_callback_data": "not ours"}, ("read", "", "None")),
        ({"status": "failed", "errors": [{"code": 131047, "title": "Re-engagement"}]}, ("failed", "131047", "None")),
        ({"status": "failed", "errors": []}, ("failed", "", "None")),
    ],
)
def test_a_status_is_read(status: dict[str, Any], reported: tuple[str, str, str]) -> None:
    (parcel,) = parcels(told({"statuses": [{"id": WAMID, "timestamp": "1", "recipient_id": AMINA} | status]}))

    found = read_reported(parcel.body)

    assert parcel.external_id == f"{WAMID}:{reported[0]}:{reported[1]}"
    assert (found.provider_id, found.state, found.error_code, str(found.message_id)) == (WAMID, *reported)


def test_many_in_one_are_each_their_own_in_their_order() -> None:
    document = told(
        {"messages": [message(id="a", type="text"), message(id="b", type="text")]},
        {"statuses": [{"id": "c", "status": "sent"}, {"id": "c", "status": "delivered"}]},
    )
    document["entry"].append(told({"messages": [message(id="d")]}, number_id="another")["entry"][0])
    document["entry"][0]["changes"].append({"field": "account_update", "value": {"messages": [message(id="e")]}})

    found = parcels(document)

    assert [each.external_id for each in found] == ["a", "b", "c:sent:", "c:delivered:", "d"]
    assert {each.sender for each in found if each.kind == "written"} == {f"whatsapp:+{AMINA}"}
    assert [each.number_id for each in found][-1] == "another"


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        1,
        "x",
        {},
        {"entry": None},
        {"entry": [None, {"changes": [{"field": "messages", "value": []}]}]},
        told({"messages": [None, {}, {"id": {}}], "statuses": {"id": "x"}}),
    ],
)
def test_of_no_known_shape_is_left_out(document: Any) -> None:
    assert parcels(document) == []


def test_a_long_id_is_kept_under_a_short_one() -> None:
    (first, second) = parcels(told({"messages": [message(id="w" * 300 + end, type="text") for end in "ab"]}))

    assert first.external_id != second.external_id
    assert max(len(first.external_id), len(second.external_id)) <= 120


YES = Choice("yes", "Yes")


@pytest.mark.parametrize(
    ("text", "content", "said"),
    [
        ("Habari", Content(), {"type": "text", "text": {"body": "Habari", "preview_url": False}}),
        (
            "Pay?",
            Content(buttons=(YES,)),
            {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "body": {"text": "Pay?"},
                    "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
                },
            },
        ),
        (
            "Which?",
            Content(rows=(YES, Choice("no", "No", "not now")), rows_label="Choose"),
            {
                "type": "interactive",
                "interactive": {
                    "type": "list",
                    "body": {"text": "Which?"},
                    "action": {
                        "button": "Choose",
                        "sections": [
                            {
                                "rows": [
                                    {"id": "yes", "title": "Yes"},
                                    {"id": "no", "title": "No", "description": "not now"},
                                ]
                            }
                        ],
                    },
                },
            },
        ),
        (
            "Your slip",
            Content(media_url="https://x.example/slip.png?v=1"),
            {"type": "image", "image": {"link": "https://x.example/slip.png?v=1", "caption": "Your slip"}},
        ),
        (
            "Listen",
            Content(media_url="https://x.example/a.mp3"),
            {"type": "audio", "audio": {"link": "https://x.example/a.mp3"}},
        ),
    ],
)
def test_a_message_is_put_in_its_words(text: str, content: Content, said: dict[str, Any]) -> None:
    about = {"messaging_product": "whatsapp", "recipient_type": "individual", "biz_opaque_callback_data": OURS}

    assert message_to(f"+{AMINA}", text=text, content=content, our_id=OURS) == about | {"to": AMINA} | said


def test_who_hides_their_number_is_written_to_by_their_id() -> None:
    posted = message_to(HIDDEN, text="hi", content=Content())

    assert (posted["recipient"], "to" in posted) == (HIDDEN, False)


def test_a_template_goes_by_its_name_and_bears_no_line_break() -> None:
    posted = message_to(
        f"+{AMINA}",
        text="",
        content=Content(variables=("Amina", "line\none    two")),
        template="due_soon_en_12",
        language="en",
    )

    parameters = [{"type": "text", "text": "Amina"}, {"type": "text", "text": "line one two"}]
    assert posted["template"] == {
        "name": "due_soon_en_12",
        "language": {"code": "en"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    assert template_for("n", "sw", "Habari {{1}}!", ["Umoja"])["components"] == [
        {"type": "BODY", "text": "Habari {{1}}!", "example": {"body_text": [["Umoja"]]}}
    ]


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://x/a.jpg", "image"),
        ("https://x/a.gif", "document"),
        ("https://x/a.mp4", "video"),
        ("https://x/a.pdf", "document"),
        ("https://x/a", "document"),
    ],
)
def test_a_file_is_sent_as_what_its_name_says(url: str, kind: str) -> None:
    assert media_kind(url) == kind


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        (("131047",), "needs_template"),
        (("131050",), "is_opt_out"),
        (("131026",), "flags_address"),
        (("190", "0", "3", "10", "200", "131005", "131042", "368", "131031"), "is_ours"),
        (("130429", "80007", "4", "131048", "131064"), "holds_sender_for"),
        (("report_awaited",), "rests_for"),
    ],
)
def test_a_code_has_its_meaning(codes: tuple[str, ...], says: str) -> None:
    assert all(getattr(meaning_of(code), says) for code in codes)


@pytest.mark.parametrize(
    ("codes", "is_permanent"),
    [
        (("131000", "131016", "1", "2", "131053", "131056", "130429", "190", "131057"), False),
        (
            ("131051", "131049", "131008", "131009", "100", "130472", "131021", "130497", "131062", "368", "131031"),
            True,
        ),
        (tuple(str(code) for code in range(132000, 132017)), True),
        (("131047", "131050", "131026"), True),
    ],
)
def test_a_code_ends_a_message_or_does_not(codes: tuple[str, ...], is_permanent: bool) -> None:
    assert {meaning_of(code).is_permanent for code in codes} == {is_permanent}


def test_what_is_kept_is_read_again_whatever_was_in_it() -> None:
    assert read_reported(json.dumps({"status": {}})) == Reported("", "")
