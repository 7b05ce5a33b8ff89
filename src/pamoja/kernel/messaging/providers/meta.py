"""Meta's WhatsApp Cloud API, for a community that has connected a number of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from pamoja.foundation.errors import ProviderFailure
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.errors import OutcomeUnknown, ProviderAway
from pamoja.kernel.messaging.providers.approving import Draft
from pamoja.kernel.messaging.providers.carrying import HandOver, at_once, no_transaction
from pamoja.kernel.messaging.providers.wire import AnswerLost, NotConnected, shared_wire
from pamoja.kernel.messaging.queries.handing import Letter
from pamoja.kernel.messaging.queries.sending import MetaAccount, meta_account
from pamoja.kernel.messaging.rules import Form, cloud_api

# A name at Meta: lower case, digits and underscores.
_UNFIT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
NAME_MAX = 60


class MetaWhatsApp:
    """WhatsApp through Meta's own API.

    It takes no key that would make sending twice harmless, and lists nothing that was sent. Our id goes along and comes
    back in each report; after a request without an answer a report is waited for before it is sent again
    (`rules.codes.REPORT_AWAITED`).
    """

    def __init__(self) -> None:
        account = meta_account()
        assert account is not None, "asked for where nothing is connected"
        self._account = account
        self.sender = f"meta:{account.number_id}"
        self.a_second = settings.PAMOJA.meta_whatsapp_a_second
        self.at_once = at_once(self.a_second)

    @contextmanager
    def connected(self) -> Iterator[HandOver]:
        no_transaction()
        yield self._hand_over

    def _hand_over(self, letter: Letter) -> str:
        message = cloud_api.message_to(
            letter.address,
            text=letter.body,
            content=letter.content,
            template=letter.template_id if letter.form == Form.TEMPLATE else "",
            language=letter.language,
            our_id=str(letter.id),
        )
        try:
            taken = ask(self._account.token, "POST", f"{self._account.number_id}/messages", json_body=message)
            wamid = str(taken["messages"][0]["id"])
        except OutcomeUnknown as unknown:
            raise OutcomeUnknown(f"{unknown.code}: {unknown}", code=rules.REPORT_AWAITED) from unknown
        except (LookupError, TypeError) as error:
            raise OutcomeUnknown("the answer names no message", code=rules.REPORT_AWAITED) from error
        return wamid


class MetaTemplates:
    """Approval of texts in a business account at Meta, where a template is known by its name and language."""

    def __init__(self, account: MetaAccount) -> None:
        self._account = account
        self.kept_by = f"meta:{account.business_id}"

    def keep(self, draft: Draft) -> str:
        """A name is enough, so nobody is asked."""
        stem = _UNFIT_IN_A_NAME.sub("_", draft.title.lower()).strip("_")
        return f"{stem[: NAME_MAX - len(draft.mark) - 1]}_{draft.mark.lower()}"

    def ask(self, provider_id: str, draft: Draft) -> str:
        """One that is there already, from a try of which we do not know, is not made again."""
        known = self._named(provider_id, draft.language)
        if known is None:
            wanted = cloud_api.template_for(provider_id, draft.language, draft.body, draft.samples)
            known = ask(self._account.token, "POST", self._home, json_body=wanted)
        return _approval(known)[0]

    def approval_of(self, provider_id: str, language: str) -> tuple[str, str]:
        known = self._named(provider_id, language)
        return _approval(known) if known else ("unsubmitted", "")

    @property
    def _home(self) -> str:
        return f"{self._account.business_id}/message_templates"

    def _named(self, name: str, language: str) -> dict[str, Any] | None:
        """The filter by name also finds what only begins so (from memory), hence the comparison."""
        params = {"name": name, "fields": "name,language,status,rejected_reason", "limit": "50"}
        listed = ask(self._account.token, "GET", self._home, params=params).get("data", [])
        return next((each for each in listed if (each.get("name"), each.get("language")) == (name, language)), None)


@dataclass(frozen=True)
class Number:
    """A number at Meta, as it is shown to people."""

    number: str
    name: str


def number_with(number_id: str, token: str) -> Number:
    """What Meta knows under this id, which also shows that the token opens it.

    Raises: ProviderFailure.
    """
    said = ask(token, "GET", number_id, params={"fields": "display_phone_number,verified_name"})
    number = f"+{''.join(each for each in str(said.get('display_phone_number', '')) if each.isdigit())}"
    return Number(number, str(said.get("verified_name", "")))


def ask(
    token: str, method: str, path: str, *, params: dict[str, str] | None = None, json_body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One request to Meta, and what it answered.

    Raises: ProviderAway when nobody took the request; OutcomeUnknown when it may have been done; ProviderFailure by the
    code in the answer.
    """
    no_transaction()
    config = settings.PAMOJA
    url = f"{config.meta_base_url}/{config.meta_api_version}/{path}{f'?{urlencode(params)}' if params else ''}"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps(json_body).encode() if json_body is not None else b""
    try:
        response = shared_wire().ask(method, url, headers=headers, body=body)
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
    code, words = _refusal(said)
    if response.is_success or response.status >= 500:
        raise OutcomeUnknown(words or f"status {response.status}", code=code or f"http_{response.status}")
    if not code:
        raise ProviderFailure(f"status {response.status}", permanent=False, code=f"http_{response.status}")
    raise ProviderFailure(words, permanent=rules.meaning_of(code).is_permanent, code=code)


def _refusal(said: Any) -> tuple[str, str]:
    """The code and the words of an error; the details say more than the message where they are given."""
    error = said.get("error") if isinstance(said, dict) else None
    if not isinstance(error, dict):
        return "", ""
    data = error.get("error_data")
    details = data.get("details", "") if isinstance(data, dict) else ""
    return str(error.get("code", "")), str(details or error.get("message", ""))


def _approval(known: dict[str, Any]) -> tuple[str, str]:
    reason = str(known.get("rejected_reason") or "")
    return str(known.get("status", "received")).lower(), "" if reason == "NONE" else reason
