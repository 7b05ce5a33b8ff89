"""Names, phone numbers, passwords and roles: what can be decided without looking anything up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import phonenumbers

from pamoja.kernel.identity.errors import PhoneUnreadable

OPERATOR, STAFF, MEMBER = "operator", "staff", "member"

# What the kernel's own roles may do; products declare theirs beside these.
KERNEL_ROLES: Mapping[str, frozenset[str]] = {
    OPERATOR: frozenset(
        {
            "communities.manage",
            "identity.see_members",
            "identity.manage_members",
            "identity.manage_roles",
            "audit.read",
            "back_office.enter",
        }
    ),
    STAFF: frozenset({"identity.see_members", "audit.read", "back_office.enter"}),
    MEMBER: frozenset(),
}

RECENT_S = 600
"""For how long a sign-in counts as recent enough to move money."""

IDLE_S_MAX = 1800
"""After this long without a request a session ends."""

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean_name(text: str) -> str:
    """One line without control or direction marks, by which a name could pose as another text."""
    return " ".join(_INVISIBLE.sub("", text).split())


def short_name(name: str) -> str:
    """`Amina Wanjiru Otieno` → `Amina O.`"""
    words = name.split()
    return f"{words[0]} {words[-1][0].upper()}." if len(words) > 1 else name


def initials(name: str) -> str:
    """At most two letters for a picture that is not there."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def permissions_of(roles: Iterable[str], declared: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What these roles may do together; an operator may do whatever any role may. Unknown roles may nothing."""
    held = set(roles)
    if OPERATOR in held:
        return frozenset().union(*declared.values())
    return frozenset().union(*(declared.get(role, frozenset()) for role in held))


def role_label(role: str) -> str:
    """`payments_manager` → `Payments manager`."""
    return role.replace("_", " ").capitalize()


def read_phone(text: str, country: str) -> str:
    """The number in E.164 (`+254712345678`); without a country code it is read as one of `country` (ISO 3166).

    Raises: PhoneUnreadable.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise PhoneUnreadable(field="phone", example=example_phone(country)) from None
    if not phonenumbers.is_valid_number(number):
        raise PhoneUnreadable(field="phone", example=example_phone(country))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def example_phone(country: str) -> str:
    """A number as people of the country write it."""
    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if number is None:
        return "+254 712 345 678"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def shown_phone(phone: str) -> str:
    """A stored number with spaces, to its owner."""
    number = phonenumbers.parse(phone)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def masked_phone(phone: str) -> str:
    """`+254 ••• ••• 678`: enough to recognise one's own."""
    code = phonenumbers.parse(phone).country_code
    return f"+{code} ••• ••• {phone[-3:]}"


def masked_account(number: str) -> str:
    """The last four characters of an account number."""
    return f"•••• {number[-4:]}"


def shown_wait(seconds: float) -> str:
    """How long to wait, as people say it; never less than it is."""
    whole = max(1, -int(-seconds // 1))
    if whole < 60:
        return f"{whole} second{'s' if whole != 1 else ''}"
    minutes = -(-whole // 60)
    return f"{minutes} minute{'s' if minutes != 1 else ''}"
