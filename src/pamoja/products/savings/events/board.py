"""What happens on a circle's board and stays on record. What was said is not in a fact: it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pamoja.products.savings.events.circles import CircleEvent


@dataclass(frozen=True, kw_only=True)
class BoardEvent(CircleEvent):
    """Something about one post."""

    post_id: UUID


@dataclass(frozen=True, kw_only=True)
class PostMade(BoardEvent):
    """A member said something. The board itself shows it, so no feed does."""

    name = "savings.post_made"
    sentence = "{member} wrote on the board."
    member_id: UUID

    def subjects(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, kw_only=True)
class AnnouncementMade(BoardEvent):
    """The organiser announced something to everybody in the circle."""

    name = "savings.announcement_made"
    sentence = "{member} made an announcement."
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class AnnouncementPinned(BoardEvent):
    """An announcement was put on top of the board, or taken from there."""

    name = "savings.announcement_pinned"
    sentence = "{by} changed what is pinned to the board."
    is_pinned: bool


@dataclass(frozen=True, kw_only=True)
class PostHidden(BoardEvent):
    """Somebody who looks after the circle hid a post."""

    name = "savings.post_hidden"
    sentence = "{by} hid what {member} wrote on the board: {reason}."
    member_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class PostShown(BoardEvent):
    """A hidden post is seen again."""

    name = "savings.post_shown"
    sentence = "{by} shows again what {member} wrote on the board."
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class PostTakenBack(BoardEvent):
    """Somebody took back what they wrote; its words and files are gone."""

    name = "savings.post_taken_back"
    sentence = "{member} took back something they wrote on the board."
    member_id: UUID
