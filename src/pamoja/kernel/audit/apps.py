"""Wiring: every announced event is recorded here."""

from django.apps import AppConfig

from pamoja.foundation.events import recorded_by


class AuditConfig(AppConfig):
    name = "pamoja.kernel.audit"
    label = "audit"

    def ready(self) -> None:
        from pamoja.kernel.audit.actions import record

        recorded_by(record)
