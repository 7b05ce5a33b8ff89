"""Says no in a sentence: how the sandbox's own API (not the impersonated ones) refuses bad input."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

BODY_BYTES_MAX = 1_000_000


class BadInput(Exception):
    """What was sent cannot be used; nothing was changed."""

    def __init__(self, message: str, *, field: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.field, self.status = message, field, status


class Unknown(BadInput):
    """There is no such thing here."""

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no {what}.", status=404)


async def bad_input(_request: Request, error: BadInput) -> JSONResponse:
    """Puts a refusal into JSON."""
    body = {"message": error.message} | ({"field": error.field} if error.field else {})
    return JSONResponse({"error": body}, status_code=error.status)


async def json_object(request: Request) -> dict[str, Any]:
    """The request's body as a JSON object. Raises: BadInput when it is not one."""
    body = await request.body()
    if len(body) > BODY_BYTES_MAX:
        raise BadInput("The body is larger than a megabyte.", status=413)
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise BadInput("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise BadInput("The body must be a JSON object.")
    return value


def whole(value: object, *, field: str, least: int = 0, most: int = 10**12) -> int:
    """A whole number from JSON or a query string. Raises: BadInput outside `least`..`most`."""
    try:
        number = int(str(value)) if not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None or not least <= number <= most:
        raise BadInput(f"{field} must be a whole number from {least} to {most}.", field=field)
    return number


def seconds(value: object, *, field: str, least: float = 0.0, most: float = 10.0**9) -> float:
    """A number of seconds. Raises: BadInput outside `least`..`most`, or when it is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadInput(f"{field} must be a number from {least:g} to {most:g}.", field=field)
    return float(value)
