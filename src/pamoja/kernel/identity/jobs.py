"""Tidying behind sign-in."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from pamoja.foundation.jobs import every
from pamoja.kernel.identity.actions.trying import forget_old_tries


@every(seconds=600, name="identity.tidy_sign_in")
def tidy_sign_in() -> None:
    """Forget tries and sessions whose time is over."""
    forget_old_tries()
    # Sessions live in real time: turning the platform's clock must not sign people out.
    Session.objects.filter(expire_date__lt=timezone.now()).delete()  # tidy: real time, see above
