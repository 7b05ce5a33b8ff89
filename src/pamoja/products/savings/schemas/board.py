"""What the API takes and gives of a circle's board."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema

from pamoja.foundation import ids
from pamoja.products.savings.models import BoardPost
from pamoja.products.savings.queries.board import Board, PostLine, Thread
from pamoja.products.savings.schemas.asking import AnyId, ShortText, Text
from pamoja.products.savings.schemas.showing import PersonOut


class PostIn(Schema):
    """Something to say. A reply names the post it `answers`; only the organiser `announces`."""

    text: Text
    answers: AnyId | None = None
    announces: bool = False


class ReasonIn(Schema):
    """Why a post is hidden, for everybody to read."""

    reason: ShortText


class PinIn(Schema):
    """Whether an announcement stands on top."""

    is_pinned: bool


class FileOut(Schema):
    """A picture (WebP) or document (PDF) of a post."""

    id: str
    kind: str
    title: str
    size_bytes: int


class PostOut(Schema):
    """A post. `text` is empty where it was taken back, or is hidden and the reader does not look after the circle."""

    id: str
    text: str
    author: PersonOut | None = None
    posted_at: datetime
    is_announcement: bool
    is_pinned: bool
    is_hidden: bool
    hidden_reason: str
    is_taken_back: bool
    files: list[FileOut] = []
    replies: int = 0
    seen_by: int | None = None

    @classmethod
    def bare(cls, post: BoardPost) -> PostOut:
        """As an answer to whoever changed it."""
        return cls(
            id=ids.public("post", post.pk),
            text=post.body,
            posted_at=post.posted_at,
            is_announcement=post.is_announcement,
            is_pinned=post.is_pinned,
            is_hidden=post.is_hidden,
            hidden_reason=post.hidden_reason,
            is_taken_back=post.is_taken_back,
        )

    @classmethod
    def of(cls, line: PostLine) -> PostOut:
        files = [
            FileOut(id=ids.public("file", each.pk), kind=each.kind, title=each.title, size_bytes=each.size_bytes)
            for each in line.files
        ]
        more = {
            "author": PersonOut.of(line.author),
            "files": files,
            "replies": line.replies,
            "seen_by": line.seen_by if line.is_yours else None,
            "text": line.post.body if line.is_readable else "",
        }
        return cls.bare(line.post).model_copy(update=more)


class BoardOut(Schema):
    """One page of a board."""

    pinned: list[PostOut]
    posts: list[PostOut]
    page: int
    pages: int

    @classmethod
    def of(cls, found: Board) -> BoardOut:
        return cls(
            pinned=[PostOut.of(line) for line in found.pinned],
            posts=[PostOut.of(line) for line in found.posts.items],
            page=found.posts.number,
            pages=found.posts.pages,
        )


class ThreadOut(Schema):
    """A post and what was replied."""

    post: PostOut
    replies: list[PostOut]

    @classmethod
    def of(cls, found: Thread) -> ThreadOut:
        return cls(post=PostOut.of(found.post), replies=[PostOut.of(line) for line in found.replies])
