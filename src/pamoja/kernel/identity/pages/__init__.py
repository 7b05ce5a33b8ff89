"""Pages about people: thin doors to the actions."""

from pamoja.kernel.identity.pages.people import join, member, people, photo, restore, roles, suspend, terms
from pamoja.kernel.identity.pages.profile import bank, change_own_photo, contact, money, privacy, profile
from pamoja.kernel.identity.pages.security import end_one, end_others, security, sessions

__all__ = [
    "bank",
    "change_own_photo",
    "contact",
    "end_one",
    "end_others",
    "join",
    "member",
    "money",
    "people",
    "photo",
    "privacy",
    "profile",
    "restore",
    "roles",
    "security",
    "sessions",
    "suspend",
    "terms",
]
