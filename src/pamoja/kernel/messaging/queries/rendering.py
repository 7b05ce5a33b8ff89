"""How a message reads: a package's template, the recipient's language and time zone, the community's face."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template import Context, Engine, TemplateDoesNotExist
from django.template.backends.django import get_installed_libraries
from django.template.base import VariableNode
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import timezone, translation

from pamoja.kernel.communities.public import Community, clean_brand, home_url
from pamoja.kernel.messaging import rules

HOUSE_COLOUR = "#0f6b4f"


@dataclass(frozen=True)
class Rendered:
    """A message as it will be read, as text and as HTML."""

    subject: str
    text: str
    html: str
    url: str = ""
    url_label: str = ""
    sms: str = ""
    skeleton: str = ""
    variables: tuple[str, ...] = ()


def render(
    template: str, data: Mapping[str, Any], *, language: str, zone: str, community: Community | None
) -> Rendered:
    """`savings/contribution_due` from `savings/messages/contribution_due.txt`; a `.sw.txt` goes first in Swahili.

    Data goes into the text as it is and into HTML escaped. Without an `.html` of its own the text is dressed for it.

    Raises: TemplateUnfit when the template asks for what it was not given.
    """
    package, _, name = template.partition("/")
    face = _face(community, language)
    with translation.override(language), timezone.override(zone):
        written = select(f"{package}/messages/{name}", language, "txt")
        marked = _marking(written).render(Context({**face, **data}, autoescape=False))
        subject, text = rules.subject_and_body(rules.unmarked(marked), template)
        try:
            dressed = select(f"{package}/messages/{name}", language, "html")
        except TemplateDoesNotExist:
            html = dress(subject, text, community=community, language=language)
        else:
            html = dressed.render(Context({**face, **data, "subject": subject}))
            rules.subject_and_body(f"{subject}\n{html}", f"{template}.html")
    link = rules.link_in(text, own_url=home_url(community))
    skeleton, variables = rules.skeleton_of(marked, language)
    sms = rules.short_text(face["community_name"], subject, link.url)
    return Rendered(subject, text, html, link.url, link.text, sms, skeleton, variables)


def dress(subject: str, text: str, *, community: Community | None, language: str) -> str:
    """A plain text in the house's mail layout; addresses become links, and ours on a line of its own a button."""
    parts = rules.parts_of(text, own_url=home_url(community))
    context = {**_face(community, language), "subject": subject, "parts": parts}
    return str(_engine().get_template("messaging/plain.html").render(Context(context)))


def page_url(name: str, *args: Any, community: Community) -> str:
    """The full address of a page, as a message needs it: `page_url("savings:circle", circle_id, community=…)`."""
    before = get_script_prefix()
    set_script_prefix("/")
    try:
        path = reverse(name, args=args)
    finally:
        set_script_prefix(before)
    return home_url(community) + path.lstrip("/")


def _face(community: Community | None, language: str) -> dict[str, Any]:
    brand = clean_brand(community.brand).get("light", {}) if community else {}
    colour = brand.get("brand", HOUSE_COLOUR)
    return {
        "community_name": community.name if community else "Pamoja",
        "home_url": home_url(community),
        "brand": colour,
        "brand_ink": rules.ink_on(colour),
        "language": language,
        "foot": [f"messaging/_foot.{language}.html", "messaging/_foot.html"],
    }


def select(stem: str, language: str, kind: str) -> Any:
    """The template of a message in this language, or in English where there is none."""
    return _engine().select_template([f"{stem}.{language}.{kind}", f"{stem}.{kind}"])


def _marking(template: Any) -> Any:
    """The same template, in which what stands for data is marked as it is rendered; a plural's `s` is no data."""
    for node in template.nodelist.get_nodes_by_type(VariableNode):
        is_ending = any(each.__name__ == "pluralize" for each, _ in node.filter_expression.filters)
        if not is_ending and "render" not in vars(node):
            node.render = functools.partial(_marked, node.render)
    return template


def _marked(plain: Callable[[Context], str], context: Context) -> str:
    # No data can forge a mark: a control character in it is none of ours.
    return f"{rules.MARK_FROM}{rules.unmarked(plain(context))}{rules.MARK_TO}"


@functools.cache
def _engine() -> Engine:
    # Django's own engine renders what is missing as nothing; a person must never read "You owe by .".
    missing = f"{rules.MISSING}%s{rules.MISSING}"
    return Engine(app_dirs=True, string_if_invalid=missing, libraries=get_installed_libraries())
