"""Wiring of messaging."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "pamoja.kernel.messaging"
    label = "messaging"

    def ready(self) -> None:
        from pamoja.kernel.identity.public import declare_role
        from pamoja.kernel.live.public import declare_topic

        declare_topic("notifications", may_follow=lambda actor, key: str(actor.member_id) == key)
        declare_role("announcer", {"messaging.broadcast"})
        declare_role("support", {"messaging.manage"})
        declare_topic("conversations", may_follow=lambda actor, key: actor.may("messaging.manage"))
        # Whoever queues a message queues the job that hands it over.
        import pamoja.kernel.messaging.jobs  # noqa: F401 - importing registers what listens
