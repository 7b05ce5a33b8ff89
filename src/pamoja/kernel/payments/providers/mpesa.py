"""Speaks to Safaricom's Daraja: push prompts, their query, payouts, and the question what became of them.

Source: contract M-PESA §1-§5. Nothing here logs a phone number, a token or a password.
"""

from __future__ import annotations

import base64
import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from pamoja.foundation import clock, tls
from pamoja.foundation.money import currency
from pamoja.kernel.communities.public import current_community_id
from pamoja.kernel.payments.errors import RailFailure
from pamoja.kernel.payments.providers import mpesa_notices
from pamoja.kernel.payments.providers.mpesa_commands import MpesaCommands
from pamoja.kernel.payments.providers.mpesa_failures import failure_in, is_token_refusal
from pamoja.kernel.payments.rules.messages import (
    CollectionAnswer,
    CollectOrder,
    Notice,
    NoticeKind,
    PayoutOrder,
    Submission,
)

log = logging.getLogger(__name__)

NAIROBI = ZoneInfo("Africa/Nairobi")
TIMEOUT = httpx.Timeout(connect=5, read=25, write=10, pool=10)
# A connection that Safaricom has closed meanwhile would leave a push in doubt; so they are not kept for long.
LIMITS = httpx.Limits(max_connections=16, keepalive_expiry=4)
TOKEN_MARGIN = timedelta(seconds=60)

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class MpesaAccount:
    """The community's merchant account with Safaricom."""

    base_url: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    shortcode: str
    passkey: str = field(repr=False)
    initiator: str
    initiator_password: str = field(repr=False)
    payout_shortcode: str
    certificate: Path | None
    callback_base_url: str


class Mpesa(MpesaCommands):
    """One connection pool and one token for all threads of the process."""

    def __init__(self, account: MpesaAccount) -> None:
        self._account, self.shortcode = account, account.shortcode
        self._http = httpx.Client(base_url=account.base_url, timeout=TIMEOUT, limits=LIMITS, verify=tls.trusted())
        self._token = _Token(self._http, account)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def collect(self, order: CollectOrder) -> Submission:
        """Show a prompt. Raises: RailFailure."""
        phone = order.phone
        answer = self._post(
            "/mpesa/stkpush/v1/processrequest",
            {
                **self._signed(),
                "TransactionType": "CustomerPayBillOnline",
                "Amount": _shillings(order.amount.amount_minor),
                "PartyA": phone,
                "PartyB": self._account.shortcode,
                "PhoneNumber": phone,
                "CallBackURL": self._address(NoticeKind.COLLECTION, order.token),
                "AccountReference": order.reference,
                "TransactionDesc": order.description,
            },
        )
        checkout_request_id = _text(answer, "CheckoutRequestID")
        if _text(answer, "ResponseCode") != "0" or not checkout_request_id:
            raise _not_understood("push")
        return Submission(rail_id=checkout_request_id, other_id=_text(answer, "MerchantRequestID"))

    def query(self, rail_id: str) -> CollectionAnswer:
        """How a prompt ended. Raises: RailFailure."""
        try:
            answer = self._post("/mpesa/stkpushquery/v1/query", {**self._signed(), "CheckoutRequestID": rail_id})
        except RailFailure as failure:
            if failure.code == "being_processed":
                return CollectionAnswer(rail_id=rail_id, code=None)
            raise
        if _text(answer, "CheckoutRequestID") != rail_id:
            raise _not_understood("query")
        code = _text(answer, "ResultCode")
        return CollectionAnswer(rail_id=rail_id, code=code or None, text=_text(answer, "ResultDesc"))

    def pay_out(self, order: PayoutOrder) -> Submission:
        """Send money once for the originator id. Raises: RailFailure."""
        body = {
            "OriginatorConversationID": order.originator_id,
            "InitiatorName": self._account.initiator,
            "SecurityCredential": self._credential(),
            "CommandID": "BusinessPayment",
            "Amount": _shillings(order.amount.amount_minor),
            "PartyA": self._account.payout_shortcode,
            "PartyB": order.phone,
            "Remarks": order.remarks,
            "QueueTimeOutURL": self._address(NoticeKind.PAYOUT_LATE, order.late_token),
            "ResultURL": self._address(NoticeKind.PAYOUT, order.token),
            "Occassion": "",
        }
        try:
            answer = self._post("/mpesa/b2c/v3/paymentrequest", body)
        except RailFailure as failure:
            if failure.code == "duplicate":
                return Submission(rail_id="")  # It was accepted the first time, and only its answer was lost.
            raise
        if _text(answer, "ResponseCode") != "0":
            raise _not_understood("payout")
        return Submission(rail_id=_text(answer, "ConversationID"), other_id=order.originator_id)

    def query_payout(self, *, payout_id: UUID, originator_id: str, token: str) -> None:
        """Ask what became of a payout. Raises: RailFailure."""
        address = self._address(NoticeKind.PAYOUT_STATE, token)
        self._post(
            "/mpesa/transactionstatus/v1/query",
            {
                **self._initiated("TransactionStatusQuery"),
                "TransactionID": "",
                "OriginalConversationID": originator_id,
                "PartyA": self._account.payout_shortcode,
                "IdentifierType": "4",
                "ResultURL": address,
                "QueueTimeOutURL": address,
                "Remarks": "Payout",
                "Occasion": "",
            },
        )

    def read_notice(self, kind: NoticeKind, body: bytes) -> Notice:
        """What a webhook claims."""
        return mpesa_notices.read(kind, body)

    def _signed(self) -> dict[str, str]:
        account, timestamp = self._account, nairobi_timestamp(clock.now())
        return {
            "BusinessShortCode": account.shortcode,
            "Password": push_password(account.shortcode, account.passkey, timestamp),
            "Timestamp": timestamp,
        }

    def _initiated(self, command: str) -> dict[str, Any]:
        return {
            "Initiator": self._account.initiator,
            "SecurityCredential": self._credential(),
            "CommandID": command,
        }

    def _credential(self) -> str:
        path = self._account.certificate
        try:
            certificate = path.read_bytes() if path else b""
            return security_credential(self._account.initiator_password, certificate)
        except (OSError, ValueError) as error:
            raise RailFailure(
                "M-PESA's certificate cannot be read", permanent=False, may_have_happened=False, code="certificate"
            ) from error

    def _address(self, kind: NoticeKind, token: str) -> str:
        # Never the community's name: it may contain a word that M-PESA refuses in an address.
        return f"{self._account.callback_base_url}/hooks/pay/{current_community_id().hex}/{kind}/{token}"

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        token = self._token.get()
        response = self._send(path, body, token)
        if is_token_refusal(response):
            self._token.forget(token)
            response = self._send(path, body, self._token.get())
        failure = failure_in(response)
        if failure is not None:
            raise failure
        answer: dict[str, Any] = response.json()
        return answer

    def _send(self, path: str, body: dict[str, Any], token: str) -> httpx.Response:
        began = time.perf_counter()
        try:
            response = self._http.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            left = not isinstance(error, _NEVER_LEFT)
            raise RailFailure(
                f"M-PESA could not be reached: {type(error).__name__}",
                permanent=False,
                may_have_happened=left,
                code="unreachable",
            ) from error
        took_ms = round((time.perf_counter() - began) * 1000)
        log.info("M-PESA answered", extra={"path": path, "status": response.status_code, "duration_ms": took_ms})
        return response


class _Token:
    """The access token: fetched by one thread while the others wait, renewed before it runs out."""

    def __init__(self, http: httpx.Client, account: MpesaAccount) -> None:
        self._http, self._account = http, account
        self._lock = threading.Lock()
        self._value, self._until = "", datetime.min.replace(tzinfo=NAIROBI)

    def get(self) -> str:
        with self._lock:
            if not self._value or clock.now() >= self._until:
                self._fetch()
            return self._value

    def forget(self, token: str) -> None:
        """It was refused; unless another thread has a newer one already."""
        with self._lock:
            if self._value == token:
                self._value = ""

    def _fetch(self) -> None:
        try:
            response = self._http.get(
                "/oauth/v1/generate",
                params={"grant_type": "client_credentials"},
                auth=(self._account.consumer_key, self._account.consumer_secret),
            )
            answer = response.json() if response.status_code == httpx.codes.OK else {}
            token, lifetime_s = str(answer["access_token"]), int(answer["expires_in"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            # Nothing was asked for yet, so it is always safe to try again.
            raise RailFailure(
                "M-PESA gave no access token", permanent=False, may_have_happened=False, code="no_token"
            ) from error
        self._value, self._until = token, clock.now() + timedelta(seconds=lifetime_s) - TOKEN_MARGIN


def nairobi_timestamp(moment: datetime) -> str:
    """`YYYYMMDDHHmmss` in Nairobi's time, without a zone."""
    return f"{moment.astimezone(NAIROBI):%Y%m%d%H%M%S}"


def push_password(shortcode: str, passkey: str, timestamp: str) -> str:
    """Source: contract M-PESA §2."""
    return base64.b64encode(f"{shortcode}{passkey}{timestamp}".encode()).decode()


def security_credential(password: str, certificate_pem: bytes) -> str:
    """The initiator's password, sealed for Safaricom. Raises: ValueError when the certificate is none."""
    key = x509.load_pem_x509_certificate(certificate_pem).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("M-PESA's certificate must hold an RSA key")
    return base64.b64encode(key.encrypt(password.encode(), padding.PKCS1v15())).decode()


def _shillings(amount_minor: int) -> str:
    return str(amount_minor // currency("KES").minor_per_major)


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    return "" if value is None or isinstance(value, bool | dict | list) else str(value).replace("\0", "").strip()


def _not_understood(what: str) -> RailFailure:
    return RailFailure(
        f"M-PESA's answer to a {what} was not understood",
        permanent=False,
        may_have_happened=True,
        code="not_understood",
    )
