"""What every page of the console shares: templates, how money and moments are written, forms, and a strict CSP."""

import json
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pamoja.sandbox.answers import BadInput
from pamoja.sandbox.clock import NAIROBI, from_seconds
from pamoja.sandbox.console.formatting import whatsapp
from pamoja.sandbox.console.words import remarks, said
from pamoja.sandbox.masking import masked_phones
from pamoja.sandbox.world import world_of

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FIELDS_MAX = 50


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of the console, with what its frame needs."""
    world = world_of(request)
    frame = {
        "path": request.url.path,
        "now": world.clock.now(),
        "is_turned": world.clock.is_turned,
        "unread": world.mailbox.unread(),
        "faults_on": sum(switch.is_on for switch in world.faults.switches()),
        "cards_waiting": world.store.value(
            """SELECT count(*) FROM stripe_object
               WHERE kind IN ('payment_intent', 'setup_intent')
                 AND json_extract(body, '$.status') = 'requires_action'"""
        ),
        "waiting": world.store.value("SELECT count(*) FROM prompt WHERE answered_at IS NULL AND shown"),
    }
    return HTMLResponse(_templates.get_template(template).render(frame | values), status_code=status, headers=SECURITY)


async def form_of(request: Request) -> dict[str, str]:
    """The posted fields as text. Raises: BadInput for files and for forms of unreasonable size."""
    async with request.form(max_fields=FIELDS_MAX, max_files=1) as form:
        if not all(isinstance(value, str) for value in form.values()):
            raise BadInput("A form here holds text only.")
        return {name: str(value).strip() for name, value in form.items()}


def back(request: Request, to: str) -> Response:
    """After a form was used: to `to`, or nothing at all for the console's script, which then refreshes its page."""
    if wants_json(request):
        return Response(status_code=204)
    return RedirectResponse(to, status_code=303)


def wants_json(request: Request) -> bool:
    return "text/html" not in request.headers.get("accept", "")


def _kes(amount: int) -> str:
    return f"KSh {amount:,}"


def _money(amount_minor: int, currency: str) -> str:
    """Minor units of any currency with two decimals, as people write it."""
    sign = {"gbp": "£", "usd": "$", "eur": "€", "kes": "KSh "}.get(currency, f"{currency.upper()} ")
    return f"{'−' if amount_minor < 0 else ''}{sign}{abs(amount_minor) / 100:,.2f}"


def _local(moment: datetime | float) -> datetime:
    return (from_seconds(moment) if isinstance(moment, int | float) else moment).astimezone(NAIROBI)


def _moment(moment: datetime | float) -> str:
    """Exact, in Nairobi's time."""
    local = _local(moment)
    return f"{local.day} {local:%b %Y, %H:%M:%S}"


def _near(moment: datetime | float, now: datetime) -> str:
    """The time of a moment today, the day of any other."""
    local, today = _local(moment), _local(now)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


def _number(msisdn: str) -> str:
    """254712345678 as people write it."""
    return f"0{msisdn[3:6]} {msisdn[6:9]} {msisdn[9:]}"


_templates = Environment(
    loader=PackageLoader("pamoja.sandbox"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {
    "fromjson": json.loads,
    "kes": _kes,
    "money": _money,
    "moment": _moment,
    "near": _near,
    "initials": _initials,
    "number": _number,
    "masked": masked_phones,
    "local": _local,
    "said": said,
    "remarks": remarks,
    "whatsapp": whatsapp,
}
