"""What an approver is: somebody outside with whom the texts are approved that may open a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Draft:
    """A text to be approved; `mark` tells it from every other, and `samples` fill its gaps with inventions."""

    title: str
    language: str
    mark: str
    body: str
    samples: tuple[str, ...]


class Approver(Protocol):
    """Somebody with whom texts are approved. Each method raises ProviderFailure."""

    kept_by: str
    """As `ProviderContent.kept_by` names them."""

    def keep(self, draft: Draft) -> str:
        """Let them keep the text, and give what it is known by there."""
        ...

    def ask(self, provider_id: str, draft: Draft) -> str:
        """Ask for the approval of what is kept; gives how far that is."""
        ...

    def approval_of(self, provider_id: str, language: str) -> tuple[str, str]:
        """How far the approval is, and why it was refused."""
        ...
