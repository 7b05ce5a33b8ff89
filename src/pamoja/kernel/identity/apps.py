"""Wiring of identity: feeds call members by name."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "pamoja.kernel.identity"
    label = "identity"

    def ready(self) -> None:
        from pamoja.kernel.audit.public import name_resolver
        from pamoja.kernel.identity import reactions  # noqa: F401 - registers what to do when the library signals
        from pamoja.kernel.identity.queries.people import names_of

        name_resolver("member", names_of)
