"""Every message as its readers would see it, filled with inventions, and how far WhatsApp's approval of it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.base import VariableNode
from django.template.utils import get_app_template_dirs

from pamoja.foundation import clock
from pamoja.foundation.money import Money
from pamoja.kernel.communities.public import Community, home_url
from pamoja.kernel.messaging import rules
from pamoja.kernel.messaging.models import ProviderContent
from pamoja.kernel.messaging.queries import handing, rendering
from pamoja.kernel.messaging.queries.sending import senders
from pamoja.kernel.messaging.rules.segments import Segments, segments_of

LANGUAGES = {"en": "English", "sw": "Kiswahili"}
_TESTED = re.compile(r"{% (?:el)?if (?:not )?(\w+)")
_INVENTED = {
    "circle": "Umoja Savers",
    "code": "482913",
    "subject_line": "The meeting is on Saturday.",
    "words": "We meet at ten at the usual place. Bring your book.",
    "reason": "The phone did not answer.",
    "plan": "Community plus",
    "often": "every month",
    "needs": "approve",
}
_MONEY = {"amount": 500_000, "late_fee": 20_000, "missing": 250_000}


@dataclass(frozen=True)
class Preview:
    """One message in one language."""

    template: str
    language: str
    subject: str
    text: str
    chat: str
    outside: str
    sms: str
    segments: Segments
    sms_cost_micros: int
    html: str
    skeleton: str
    kept_by: str
    versions: list[ProviderContent]

    @property
    def sms_cost(self) -> str:
        """In dollars, as people write it."""
        return f"US$ {self.sms_cost_micros / 1_000_000:.4f}".rstrip("0").rstrip(".")

    @property
    def approval(self) -> ProviderContent | None:
        """Of the text as it is now; none where nobody has asked for it."""
        wanted = handing.template_fingerprint(self.skeleton, self.language, self.kept_by)
        return next((each for each in self.versions if each.fingerprint == wanted), None)


def template_names() -> list[str]:
    """Each message that any package sends: `savings/due_soon`."""
    found = set()
    for folder in get_app_template_dirs("templates"):
        for path in Path(folder).glob("*/messages/*.txt"):
            # What is said to members is said in Swahili too; all else is a library's, and flashed on its own pages.
            if path.with_name(f"{path.stem}.sw.txt").exists():
                found.add(f"{path.parts[-3]}/{path.stem}")
    return sorted(found)


def preview_of(template: str, language: str, community: Community) -> Preview:
    """With inventions where data would be, in the community's colours."""
    data = invented(template, language, community)
    said = rendering.render(template, data, language=language, zone=community.time_zone, community=community)
    sms = rules.shortened(said.sms, rules.SMS_MAX)
    segments = segments_of(sms)
    kept_by = senders().templates_kept_by
    versions = ProviderContent.objects.filter(name=template, language=language, kept_by=kept_by)
    return Preview(
        template=template,
        language=language,
        subject=said.subject,
        text=said.text,
        chat=rules.chat_text(said.subject, said.text),
        outside=rules.filled(said.skeleton, said.variables),
        sms=sms,
        segments=segments,
        sms_cost_micros=segments.number * settings.PAMOJA.price_sms_micros,
        html=said.html,
        skeleton=said.skeleton,
        kept_by=kept_by,
        versions=list(versions.order_by("-created_at", "-pk")),
    )


def approvals() -> dict[tuple[str, str], str]:
    """How far the newest text of each message and language is."""
    kept = ProviderContent.objects.filter(kept_by=senders().templates_kept_by).exclude(name="session")
    found = kept.order_by("created_at", "pk")
    return {
        (name, language): approval for name, language, approval in found.values_list("name", "language", "approval")
    }


def invented(template: str, language: str, community: Community) -> dict[str, Any]:
    """Something for each thing that the template asks for."""
    return {name: _invention(name, community) for name in names_in(template, language)}


def names_in(template: str, language: str) -> frozenset[str]:
    """What the template asks for, the community's face not counted."""
    package, _, name = template.partition("/")
    compiled = rendering.select(f"{package}/messages/{name}", language, "txt")
    asked = {each.filter_expression.var.var for each in compiled.nodelist.get_nodes_by_type(VariableNode)}
    tested = set(_TESTED.findall(Path(compiled.origin.name).read_text()))
    names = {str(each).partition(".")[0] for each in asked | tested if isinstance(each, str)}
    return frozenset(names - {"community_name", "home_url", "language", "forloop"})


def _invention(name: str, community: Community) -> Any:
    if name in _INVENTED:
        return _INVENTED[name]
    if name in _MONEY:
        return Money(_MONEY[name], community.currency)
    day = clock.now().date() + timedelta(days=3)
    by_ending: list[tuple[tuple[str, ...], Any]] = [
        (("url",), f"{home_url(community)}savings/"),
        (("_on",), day),
        (("_at",), datetime.combine(day, clock.now().timetz())),
        (("number", "position", "days", "rounds", "members", "files"), 3),
    ]
    return next((value for endings, value in by_ending if name.endswith(endings)), "Amina W.")
