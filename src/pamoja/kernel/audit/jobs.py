"""Sealing in the background."""

from pamoja.foundation.jobs import every
from pamoja.kernel.audit.actions import seal_facts
from pamoja.kernel.communities.public import each_community


@every(seconds=20, name="audit.seal_facts")
def seal_all() -> None:
    """Seal what each community's stream has gained."""
    for _ in each_community():
        seal_facts()
