"""What `pamoja up` tells a newcomer: whom to be, and five things to try."""

from __future__ import annotations

import json

from pamoja.kernel.communities.public import community_with_slug, home_url
from pamoja.site.config import Config
from pamoja.site.seeding.cast import PASSWORD, THAMES, UMOJA


def write(config: Config, *, late: str, school_fees_code: str, house_code: str) -> None:
    """Write it beside the data, whole or not at all. What stands in braces is filled in by each start: ports change."""
    london = home_url(community_with_slug(THAMES.slug)).replace(f":{config.port}/", ":{port}/")
    here, outside = "{here}", "{outside}"
    text = json.dumps(
        {
            "people": [
                f"Everybody's password is {PASSWORD}; the PIN of every phone is 1234.",
                f"amina@{UMOJA.slug}.example    a member with a contribution due tomorrow    {here}/c/{UMOJA.slug}/",
                f"faith@{UMOJA.slug}.example    organises the circle of the market women",
                f"{late.lower()}@{UMOJA.slug}.example    is late this week",
                f"wanjiku@{UMOJA.slug}.example  operates Umoja Savers    {here}/c/{UMOJA.slug}/admin/",
                f"joseph@{UMOJA.slug}.example   looks after its payments; what is large needs both of them",
                f"adaeze@{THAMES.slug}.example  saves in pounds, in London    {london}",
            ],
            "five_things": [
                f"Sign in as Amina, press Pay, answer on her phone: {outside}/phones/254712000002; or write PAY there.",
                "Open the circle in a second browser as Faith, and watch the ring fill when Amina pays.",
                f"Join the school fees as brian@{UMOJA.slug}.example: {school_fees_code}; in London: {house_code}.",
                f"Turn the clock ahead at {outside}/time: rounds open, members are asked and reminded, some are late.",
                f"Make callbacks late, lost or doubled at {outside}/faults, and pay again: the books hold.",
            ],
        },
        indent=2,
    )
    path = config.data / "welcome.json"
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text)
    unfinished.replace(path)
