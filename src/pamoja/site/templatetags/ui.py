"""The words of the product's face: `{% load ui %}` gives templates icons, money, the ring, faces, dates and forms."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from django import forms, template
from django.forms import BoundField
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.site import fields, near, words
from pamoja.site import ring as geometry

if TYPE_CHECKING:
    from pamoja.foundation.home import HomeCard

register = template.Library()


class Face(Protocol):
    """Who an avatar shows: identity's `MemberCard`, or anything that has these."""

    initials: str
    photo_url: str


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A line icon of `static/site/icons.svg`. Without a label it is decoration and hidden from screen readers.

    Example: `{% icon "home" %}`, `{% icon "close" label="Close" %}`, `{% icon "savings" size="large" %}`
    """
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"></use></svg>', size, spoken, static("site/icons.svg"), name
    )


@register.simple_tag
def money(amount: Money | None, sign: bool = False, empty: str = "") -> SafeString:
    """An amount as people write it, in tabular figures; with `sign` a plus or minus says which way it went.

    Example: `{% money contribution.amount %}`, `{% money line.amount sign=True %}`
    """
    if amount is None:
        return format_html('<span class="mute">{}</span>', empty)
    if not sign:
        return format_html('<span class="money">{}</span>', amount.text)
    minor = amount.amount_minor
    lead = "+ " if minor > 0 else "− " if minor < 0 else ""
    return format_html('<span class="money{}">{}{}</span>', " in" if minor > 0 else "", lead, amount.text.lstrip("-−"))


@register.inclusion_tag("ui/ring.html", name="ring")
def ring_tag(
    segments: Iterable[geometry.Place],
    *,
    centre: object = "",
    above: str = "",
    below: str = "",
    title: str = "",
    mini: bool = False,
) -> dict[str, Any]:
    """The ring round a circle's pot: one segment a place, the pot in the middle.

    Takes `pamoja.site.ring.Place`s, best 2 to 30 of them. `mini` is the small one of lists: no words in it.

    Example: `{% ring segments centre=pot.text above="in the pot" below="of 60,000 · 9 of 12" title="Round 4" %}`
    """
    places = list(segments)
    spoken = ". ".join(geometry.words(place) for place in places)
    in_the_middle = str(centre)
    length = len(in_the_middle)
    return {
        "arcs": geometry.arcs(places, thickness=geometry.MINI_STROKE if mini else None),
        "stroke": geometry.MINI_STROKE if mini else geometry.stroke(len(places)),
        "centre": in_the_middle,
        "centre_size": "longer" if length > 14 else "long" if length > 10 else "",
        "above": above,
        "below": below,
        "title": title or "Who has paid",
        "words": spoken,
        "mini": mini,
        "key": f"ring-{zlib.crc32(f'{title}{spoken}'.encode()):x}",
    }


@register.inclusion_tag("ui/avatar.html")
def avatar(card: Face | None, size: str = "", is_self: bool = False) -> dict[str, Any]:
    """Somebody's photo or, without one, their initials. The name stands beside it, so it is decoration.

    Example: `{% avatar card %}`, `{% avatar me size="large" is_self=True %}`
    """
    return {"card": card, "size": size, "is_self": is_self}


@register.simple_tag
def near_date(when: date | datetime | None, on: bool = False, capital: bool = False) -> SafeString:
    """A day as people say it, in the member's time zone: today, tomorrow, in 3 days, 28 January.

    `on` puts "on" before an exact date (and nothing before words). The exact date is always in the tooltip.

    Example: `{% near_date round.due_on %}`, `Brian receives {% near_date round.pays_on on=True %}.`
    """
    if when is None:
        return SafeString("")
    day = timezone.localtime(when).date() if isinstance(when, datetime) else when
    today = clock.today(timezone.get_current_timezone_name())
    words = near.near_day(day, today)
    if on and not near.is_near(day, today):
        words = f"on {words}"
    if capital:
        words = words[:1].upper() + words[1:]
    exact = f"{day:%A} {day.day} {day:%B} {day.year}"
    return format_html('<time datetime="{}" title="{}">{}</time>', day.isoformat(), exact, words)


@register.simple_tag
def near_time(when: datetime | None) -> SafeString:
    """A moment as people say it, in the member's time zone: 3 minutes ago; yesterday, 09:14; 21 November, 09:14.

    Example: `{% near_time line.at %}`
    """
    if when is None:
        return SafeString("")
    moment, now = timezone.localtime(when), timezone.localtime(clock.now())
    exact = f"{moment:%A} {moment.day} {moment:%B} {moment.year}, {moment:%H:%M %Z}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', when.isoformat(), exact, near.near_moment(moment, now)
    )


@register.simple_tag
def status(words: str, tone: str = "") -> SafeString:
    """A status pill; `tone` is good, warn, bad, brand, or nothing for quiet.

    Example: `{% status "Paid" "good" %}`, `{% status "Draft" %}`
    """
    return format_html('<span class="tag {}">{}</span>', tone, words)


@register.inclusion_tag("ui/field.html")
def form_field(
    field: BoundField,
    *,
    label: str = "",
    help: str = "",  # noqa: A002  the word of the template
    prefix: str = "",
    suffix: str = "",
    side: bool = False,
    says_optional: bool = True,
) -> dict[str, Any]:
    """A labelled input with its help and, beside it, what is wrong with it; what was typed is kept.

    `prefix` and `suffix` stand in the box (a currency, a unit); `side` lays short choices side by side;
    filters, which all are optional, need not say so. A
    widget may carry `choice_help`, a dict from value to the sentence under that choice.

    Example: `{% form_field form.amount prefix="KSh" %}`, `{% form_field form.frequency side=True %}`
    """
    kind = fields.kind_of(field)
    help_text = help or field.help_text
    described_by = fields.described_by(field, help_text)
    return {
        "field": field,
        "kind": kind,
        "widget": "" if kind == "choices" else field.as_widget(attrs=fields.attributes(field, described_by)),
        "choices": fields.choices_of(field) if kind == "choices" else [],
        "described_by": described_by,
        "label": label or field.label,
        "help": help_text,
        "prefix": prefix,
        "suffix": suffix,
        "side": side,
        "optional": says_optional and not field.field.required and kind != "check",
    }


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """What is wrong with a form as a whole, above it; hidden fields' errors too, so that none is lost.

    Example: `{% form_errors form %}`
    """
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    return {"errors": [*form.non_field_errors(), *hidden]}


@register.inclusion_tag("ui/form_fields.html")
def form_fields(form: forms.BaseForm) -> dict[str, Any]:
    """Every field of a form, top to bottom, for forms whose order is the form's own.

    Example: `{% form_fields form %}`
    """
    return {"form": form}


@register.inclusion_tag("ui/empty_state.html")
def empty_state(
    icon: str,
    title: str,
    text: str = "",
    href: str = "",
    action: str = "",
) -> dict[str, str]:
    """What stands where nothing is yet: it says so warmly and offers the next step.

    Example: `{% empty_state "savings" "No circle yet" "Start one with people you trust." url "Create a circle" %}`
    """
    return {"icon": icon, "title": title, "text": text, "href": href, "action": action}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: Context, page: Any, noun: str = "", target: str = "") -> dict[str, Any]:
    """Previous and next of a `foundation.paging.Page`, keeping every filter in the address.

    With `target` (a selector) HTMX swaps only that part and the address bar follows.

    Example: `{% pager circles noun="circles" %}`, `{% pager circles target="#results" %}`
    """
    request = context.get("request")
    asked = request.GET if request is not None else QueryDict()
    return {
        "page": page,
        "noun": noun,
        "target": target,
        "previous_url": _with_page(asked, page.number - 1) if page.has_previous else "",
        "next_url": _with_page(asked, page.number + 1) if page.has_next else "",
    }


@register.inclusion_tag("ui/stat.html")
def stat(label: str, value: object, note: object = "") -> dict[str, object]:
    """A number that carries a page, its name above and a quiet remark below. Stands in `<dl class="stats">`.

    Example: `{% stat "In the pot" pot.text "of KSh 60,000" %}`
    """
    return {"label": label, "value": value, "note": note}


@register.inclusion_tag("ui/steps.html")
def steps(current: int, *names: str) -> dict[str, Any]:
    """Where somebody stands in a few steps; `current` counts from 1.

    Example: `{% steps 2 "Circle" "Rules" "Invite" %}`
    """
    return {"steps": [(name, number) for number, name in enumerate(names, start=1)], "current": current}


@register.inclusion_tag("ui/meter.html")
def meter(value: int, of: int, label: str, tone: str = "") -> dict[str, Any]:
    """How full something is, as a bar. Units: any, both the same.

    Example: `{% meter paid_minor pot_minor "9 of 12 have paid" %}`
    """
    return {"value": str(min(max(value, 0), max(of, 0))), "of": str(max(of, 1)), "label": label, "tone": tone}


@register.inclusion_tag("ui/copy_text.html")
def copy_text(text: str, label: str = "Copy") -> dict[str, str]:
    """A code or link with a button that copies it; without JavaScript it can still be selected.

    Example: `{% copy_text invitation.url "Copy link" %}`
    """
    return {"text": text, "label": label}


@register.simple_tag(takes_context=True)
def home_card(context: Context, card: HomeCard, **more: str) -> SafeString:
    """A product's card on the home page, drawn by its own template with its own names.

    `width` is one of the grid's classes; `plain` is the same for a card that is urgent, but not the first.

    Example: `{% home_card card width="w4" %}`
    """
    known = {str(name): value for name, value in context.flatten().items()}
    return render_to_string(card.template, {**known, **card.context, **more})


register.filter(words.feed_icon)
register.filter(words.browser)


def _with_page(asked: QueryDict, number: int) -> str:
    query = asked.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
