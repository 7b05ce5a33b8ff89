"""Who lives in the two demo communities, and what they run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PASSWORD = "Umoja-2026"  # noqa: S105 - of people who exist in a demo only, and said on the welcome screen


HEROINE = "Amina"
# Who pays by themselves so many days before a contribution is due.
EARLY = {"Amina": 6, "Faith": 5, "Joseph": 4, "Njeri": 4, "Grace": 3, "Samuel": 3, "Peter": 2, "Zuhura": 2}


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can sign in with the demo password; the phone is in E.164."""

    name: str
    phone: str
    roles: tuple[str, ...] = ()
    takes_mpesa: bool = False

    @property
    def first_name(self) -> str:
        return self.name.split(maxsplit=1)[0]

    def email_in(self, slug: str) -> str:
        return f"{self.first_name.lower()}@{slug}.example"


@dataclass(frozen=True)
class DemoCommunity:
    """A community as it is made, and its people."""

    slug: str
    people: tuple[DemoPerson, ...]
    columns: dict[str, Any] = field(default_factory=dict)


UMOJA = DemoCommunity(
    slug="umoja",
    people=(
        DemoPerson("Wanjiku Mwangi", "+254712000001", ("operator",)),
        DemoPerson("Amina Wanjiru", "+254712000002"),
        DemoPerson("Brian Otieno", "+254712000003", takes_mpesa=True),
        DemoPerson("Faith Muthoni", "+254712000004"),
        DemoPerson("Joseph Kariuki", "+254712000005", ("staff", "payments_manager")),
        DemoPerson("Njeri Thuo", "+254712000006"),
        DemoPerson("Peter Lagat", "+254712000007"),
        DemoPerson("Zuhura Ali", "+254712000008"),
        DemoPerson("Samuel Gitau", "+254712000009"),
        DemoPerson("Lucy Naliaka", "+254712000010"),
        DemoPerson("Ali Hassan", "+254712000011", takes_mpesa=True),
        DemoPerson("Grace Chebet", "+254712000012"),
        DemoPerson("Mercy Akinyi", "+254712000013"),
    ),
    columns={
        "name": "Umoja Savers",
        "tagline": "Market traders of Nakuru who save together",
        "currency": "KES",
        "country": "KE",
        "time_zone": "Africa/Nairobi",
        "domain": "umoja.localhost",
        "logo": "rings",
        "brand": {"light": {"brand": "#0f6b4f"}},
        "products": ["savings"],
        "flags": {"savings.swap": True},
    },
)

# The first number that Meta has in the outside world.
META_NUMBER_ID = "106540352242922"

THAMES = DemoCommunity(
    slug="thames",
    people=(
        DemoPerson("Folake Adeyemi", "+447400000001", ("operator",)),
        DemoPerson("Adaeze Okafor", "+447400000002"),
        DemoPerson("Kwame Mensah", "+447400000003"),
        DemoPerson("Temi Bakare", "+447400000004"),
    ),
    columns={
        "name": "Thames Ajo",
        "tagline": "London friends who keep the old way of saving",
        "currency": "GBP",
        "country": "GB",
        "time_zone": "Europe/London",
        "domain": "thames.localhost",
        "logo": "rings",
        "brand": {"light": {"brand": "#4b3f8f"}},
        "products": ["savings"],
        "flags": {},
    },
)
