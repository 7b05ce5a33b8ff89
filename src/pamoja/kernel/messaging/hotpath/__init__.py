"""The doors at which providers of messages knock."""

from pamoja.kernel.messaging.hotpath import meta, twilio

__all__ = ["routes"]

routes = [*twilio.routes, *meta.routes]
