"""Wiring of messaging."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "pamoja.kernel.messaging"
    label = "messaging"

    def ready(self) -> None:
        # Whoever queues a message queues the job that hands it over.
        import pamoja.kernel.messaging.jobs  # noqa: F401 - importing registers what listens
