"""Stripe's ways of saying no, in its own envelope."""

from typing import Any

from starlette.responses import JSONResponse

DOCS = "https://stripe.com/docs/error-codes/"
INVALID, CARD, API, IDEMPOTENCY = "invalid_request_error", "card_error", "api_error", "idempotency_error"


class StripeError(Exception):
    """The request is refused; nothing has changed.

    `is_kept`: whether the same idempotency key hears the same again (not when the parameters were at fault).
    """

    has_effect = False

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = INVALID,
        code: str = "",
        param: str = "",
        is_kept: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.is_kept = status, is_kept
        self.error: dict[str, Any] = {"type": kind, "message": message}
        if code:
            self.error |= {"code": code, "doc_url": DOCS + code.replace("_", "-")}
        if param:
            self.error["param"] = param
        self.error |= {name: value for name, value in more.items() if value is not None}

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}

    def answer(self) -> JSONResponse:
        return JSONResponse(self.body, status_code=self.status)


class CardError(StripeError):
    """A payment was tried and declined: what was written about it stays."""

    has_effect = True

    def __init__(self, message: str, *, code: str, **more: Any) -> None:
        super().__init__(402, message, kind=CARD, code=code, is_kept=True, **more)


def missing(what: str, name: str, *, param: str = "id") -> StripeError:
    """There is no such object in this account."""
    status = 404 if param == "id" else 400
    return StripeError(status, f"No such {what}: '{name}'", code="resource_missing", param=param, is_kept=True)


def unfit(message: str, *, code: str = "", param: str = "", **more: Any) -> StripeError:
    """The request was understood, but the state of things does not allow it."""
    return StripeError(400, message, code=code, param=param, is_kept=True, **more)
