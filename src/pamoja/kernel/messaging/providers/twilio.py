"""Twilio, for WhatsApp and text messages, over plain HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from pamoja.foundation.errors import ProviderFailure
from pamoja.kernel.communities.public import current_community
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.errors import OutcomeUnknown, ProviderAway
from pamoja.kernel.messaging.models import community_if_entered
from pamoja.kernel.messaging.providers.approving import Draft
from pamoja.kernel.messaging.providers.carrying import HandOver, at_once, no_transaction
from pamoja.kernel.messaging.providers.wire import AnswerLost, NotConnected, shared_wire
from pamoja.kernel.messaging.queries.handing import Letter, fingerprint
from pamoja.kernel.messaging.queries.sending import senders
from pamoja.kernel.messaging.rules import Form

# Their clock and ours may differ by this much; what is older than our first try is another message.
CLOCKS_DIFFER = timedelta(minutes=2)
LISTED_MAX = 200


class TwilioWhatsApp:
    """WhatsApp through Twilio's Messages and Content APIs."""

    prefix = "whatsapp:"

    def __init__(self) -> None:
        config = settings.PAMOJA
        self.account = config.twilio_account_sid
        self.sender = f"{self.prefix}{senders().whatsapp}"
        self.a_second = config.twilio_whatsapp_a_second
        self.at_once = at_once(self.a_second)

    @contextmanager
    def connected(self) -> Iterator[HandOver]:
        no_transaction()
        slug = current_community().slug if community_if_entered() else ""
        callback = f"{settings.PAMOJA.twilio_callback_base_url}/hooks/twilio/status/{slug}"
        yield lambda letter: self._hand_over(letter, callback)

    def found(self, letter: Letter) -> list[str]:
        """What was sent to this address since we first tried, with exactly these words."""
        since = (letter.tried_at or letter.written_at) - CLOCKS_DIFFER
        # Not by date: a message that still waits there has no date of being sent yet. The newest come first.
        params = {"To": f"{self.prefix}{letter.address}", "From": self.sender, "PageSize": LISTED_MAX}
        listed = self._ask("GET", "Messages.json", params=params)
        theirs = [each for each in listed.get("messages", []) if self._is_same(each, letter, since)]
        return [str(each["sid"]) for each in sorted(theirs, key=lambda each: _moment(each) or since)]

    def content_key(self, letter: Letter) -> str:
        """Buttons and lists are kept by Twilio once, with a gap for the words."""
        if letter.form == Form.TEMPLATE or not letter.content.is_interactive:
            return ""
        content = letter.content
        return fingerprint("session", content.buttons, content.rows, content.rows_label)

    def keep(self, letter: Letter) -> str:
        content = letter.content
        if content.buttons:
            kind = "twilio/quick-reply"
            actions = [{"type": "QUICK_REPLY", "title": each.title, "id": each.id} for each in content.buttons]
            body: dict[str, Any] = {"body": "{{1}}", "actions": actions}
        else:
            kind = "twilio/list-picker"
            items = [{"id": each.id, "item": each.title, "description": each.description} for each in content.rows]
            body = {"body": "{{1}}", "button": content.rows_label, "items": items}
        return keep_content(f"session_{self.content_key(letter)[:24]}", letter.language, {kind: body}, ["…"])

    def _hand_over(self, letter: Letter, callback: str) -> str:
        form: dict[str, Any] = {
            "To": f"{self.prefix}{letter.address}",
            "From": self.sender,
            "StatusCallback": f"{callback}?m={letter.id}",
        }
        if letter.form == Form.TEMPLATE:
            form["ContentSid"] = letter.template_id
            form["ContentVariables"] = _numbered(letter.content.variables)
        elif letter.content_id:
            form["ContentSid"] = letter.content_id
            form["ContentVariables"] = _numbered((letter.body,))
        else:
            form["Body"] = letter.body
            if letter.content.media_url:
                form["MediaUrl"] = letter.content.media_url
        taken = self._ask("POST", "Messages.json", data=form)
        if not taken.get("sid"):
            raise OutcomeUnknown("the answer names no message", code="no_sid")
        return str(taken["sid"])

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        base = settings.PAMOJA.twilio_base_url
        return ask(method, f"{base}/2010-04-01/Accounts/{self.account}/{path}", **request)

    def _is_same(self, theirs: dict[str, Any], letter: Letter, since: datetime) -> bool:
        moment = _moment(theirs)
        is_ours = str(theirs.get("direction", "")).startswith("outbound") and (moment is None or moment >= since)
        return is_ours and str(theirs.get("body", "")).strip() == letter.body.strip()


class TwilioSms(TwilioWhatsApp):
    """Text messages through Twilio."""

    prefix = ""

    def __init__(self) -> None:
        super().__init__()
        self.sender = senders().sms
        self.a_second = settings.PAMOJA.twilio_sms_a_second
        self.at_once = at_once(self.a_second)

    def content_key(self, letter: Letter) -> str:
        """A text message has no buttons."""
        return ""


def keep_content(name: str, language: str, types: dict[str, Any], samples: Sequence[str]) -> str:
    """Let Twilio keep a content and give its id.

    Raises: ProviderFailure.
    """
    body = {
        "friendly_name": name,
        "language": language,
        "variables": {str(number): sample for number, sample in enumerate(samples, start=1)},
        "types": types,
    }
    return str(ask("POST", f"{settings.PAMOJA.twilio_content_url}/v1/Content", json=body)["sid"])


class TwilioTemplates:
    """Approval of texts through Twilio's Content API, in the installation's account."""

    kept_by = ""

    def keep(self, draft: Draft) -> str:
        return keep_content(_name(draft), draft.language, {"twilio/text": {"body": draft.body}}, draft.samples)

    def ask(self, provider_id: str, draft: Draft) -> str:
        """As a template of use (no advertisement)."""
        asked = ask("POST", f"{_approvals(provider_id)}/whatsapp", json={"name": _name(draft), "category": "UTILITY"})
        return str(asked.get("status", "received"))

    def approval_of(self, provider_id: str, language: str) -> tuple[str, str]:
        whatsapp = ask("GET", _approvals(provider_id)).get("whatsapp") or {}
        return str(whatsapp.get("status", "unsubmitted")), str(whatsapp.get("rejection_reason") or "")


def _name(draft: Draft) -> str:
    return f"{draft.title.replace('/', '_')}_{draft.mark}".lower()


def _approvals(content_id: str) -> str:
    return f"{settings.PAMOJA.twilio_content_url}/v1/Content/{content_id}/ApprovalRequests"


def ask(method: str, url: str, **request: Any) -> dict[str, Any]:
    """One request to Twilio, and what it answered.

    Raises: ProviderAway when nobody took the request; OutcomeUnknown when it may have been done; ProviderFailure by the
    code in the answer.
    """
    no_transaction()
    try:
        response = shared_wire().ask(method, _with(url, request.get("params")), **_content(request))
    except NotConnected as error:
        raise ProviderAway(str(error), code="not_connected") from error
    except AnswerLost as error:
        raise OutcomeUnknown(str(error), code="answer_lost") from error
    try:
        said = response.json()
    except ValueError:
        said = None
    if response.is_success and isinstance(said, dict):
        return said
    if response.is_success or response.status >= 500:
        raise OutcomeUnknown(f"status {response.status}", code=_code(said) or f"http_{response.status}")
    code = _code(said)
    if not code:
        raise ProviderFailure(f"status {response.status}", permanent=False, code=f"http_{response.status}")
    words = str(said.get("message", "")) if isinstance(said, dict) else ""
    raise ProviderFailure(words, permanent=rules.meaning_of(code).is_permanent, code=code)


def _code(said: Any) -> str:
    return str(said["code"]) if isinstance(said, dict) and said.get("code") else ""


def _auth() -> tuple[str, str]:
    config = settings.PAMOJA
    return config.twilio_account_sid, config.twilio_auth_token.get_secret_value()


def _numbered(values: tuple[str, ...]) -> str:
    return json.dumps({str(number): value for number, value in enumerate(values, start=1)})


def _moment(theirs: dict[str, Any]) -> datetime | None:
    try:
        return parsedate_to_datetime(str(theirs.get("date_created")))
    except ValueError:
        return None


def _with(url: str, params: dict[str, Any] | None) -> str:
    return f"{url}?{urlencode(params)}" if params else url


def _content(request: dict[str, Any]) -> dict[str, Any]:
    user, password = _auth()
    headers = {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}
    if "data" in request:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return {"headers": headers, "body": urlencode(request["data"]).encode()}
    if "json" in request:
        headers["Content-Type"] = "application/json"
        return {"headers": headers, "body": json.dumps(request["json"]).encode()}
    return {"headers": headers}
