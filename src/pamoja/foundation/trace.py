"""Which request or job what runs now belongs to; logs and facts carry it."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
