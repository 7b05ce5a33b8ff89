"""The board of a circle as one viewer sees it: posts newest first, replies in their order, how far others have read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from pamoja.foundation.actions import Actor
from pamoja.foundation.paging import Page, page_of
from pamoja.kernel.identity.public import MemberCard, cards_of
from pamoja.kernel.live.public import present
from pamoja.products.savings.errors import BoardFileNotFound, CircleNotFound, PostNotFound
from pamoja.products.savings.models import BoardFile, BoardMark, BoardPost, Circle, CircleMember
from pamoja.products.savings.queries.seats import MANAGE, circle_seen_by, sees_inside

POSTS_A_PAGE = 20
REPLIES_MAX = 200
PINNED_MAX = 5


@dataclass(frozen=True, kw_only=True)
class PostLine:
    """A post as the viewer may see it: the words of one that is hidden only those who look after the circle."""

    post: BoardPost
    author: MemberCard
    is_yours: bool
    is_readable: bool
    files: Sequence[BoardFile]
    replies: int
    seen_by: int
    of: int

    @property
    def may_be_taken_back(self) -> bool:
        return self.is_yours and not self.post.is_taken_back


@dataclass(frozen=True, kw_only=True)
class Board:
    """One page of a circle's board, and what is pinned above it."""

    circle: Circle
    pinned: Sequence[PostLine]
    posts: Page[PostLine]
    may_write: bool
    moderates: bool


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A post with what was replied."""

    circle: Circle
    post: PostLine
    replies: Sequence[PostLine]
    may_write: bool
    moderates: bool


def board(circle_id: UUID, by: Actor, *, number: object = 1) -> Board:
    """Raises: CircleNotFound for whoever does not see inside the circle."""
    circle, seat = _inside(circle_id, by)
    moderates = _moderates(seat, by)
    roots = BoardPost.objects.filter(circle=circle, answers=None)
    standing = _told(roots.filter(is_pinned=True, hidden_at=None, taken_back_at=None)).order_by("-posted_at", "-pk")
    pinned = list(standing[:PINNED_MAX])
    others = _told(roots.exclude(pk__in=[post.pk for post in pinned]))
    page = page_of(others.order_by("-posted_at", "-pk"), number, POSTS_A_PAGE)
    lines = _lines(circle, [*pinned, *page.items], by, moderates)
    return Board(
        circle=circle,
        pinned=lines[: len(pinned)],
        posts=Page(lines[len(pinned) :], page.number, page.size, page.count),
        may_write=seat is not None and seat.is_joined,
        moderates=moderates,
    )


def thread(circle_id: UUID, post_id: UUID, by: Actor) -> Thread:
    """Raises: CircleNotFound; PostNotFound, also for a reply."""
    circle, seat = _inside(circle_id, by)
    moderates = _moderates(seat, by)
    root = _told(BoardPost.objects.filter(circle=circle, answers=None, pk=post_id)).first()
    if root is None:
        raise PostNotFound()
    replies = list(_told(BoardPost.objects.filter(answers=root)).order_by("posted_at", "pk")[:REPLIES_MAX])
    first, *others = _lines(circle, [root, *replies], by, moderates)
    return Thread(
        circle=circle,
        post=first,
        replies=others,
        may_write=seat is not None and seat.is_joined and not root.is_taken_back and not root.is_hidden,
        moderates=moderates,
    )


def file_seen_by(circle_id: UUID, file_id: UUID, by: Actor) -> BoardFile:
    """A file for somebody in its circle; of a hidden post only for who looks after the circle.

    Raises: CircleNotFound; BoardFileNotFound.
    """
    circle, seat = _inside(circle_id, by)
    found = BoardFile.objects.select_related("post").filter(pk=file_id, post__circle=circle).first()
    if found is None or found.post.is_taken_back or (found.post.is_hidden and not _moderates(seat, by)):
        raise BoardFileNotFound()
    return found


def unread(circle_id: UUID, member_id: UUID | None) -> int:
    """How many posts and replies of others the member has not read; a hundred at most are counted."""
    if member_id is None:
        return 0
    found = BoardPost.objects.filter(circle_id=circle_id, hidden_at=None, taken_back_at=None).exclude(
        author_id=member_id
    )
    mark = BoardMark.objects.filter(circle_id=circle_id, member_id=member_id).first()
    if mark is not None:
        found = found.filter(posted_at__gt=mark.read_until)
    return len(found.order_by("-posted_at").values_list("pk", flat=True)[:100])


def here_now(circle_id: UUID, by: Actor) -> list[MemberCard]:
    """Who has a page of the circle open now, as far as they wish to be seen; the viewer is not told of themselves.

    Raises: CircleNotFound.
    """
    circle, _ = _inside(circle_id, by)
    found = present(f"here:{circle.pk}")
    joined = set(_joined(circle).filter(member_id__in=found).values_list("member_id", flat=True))
    cards = cards_of(each for each in found if each in joined and each != by.member_id)
    return [cards[each] for each in found if each in cards]


def post_for_update(post_id: UUID) -> BoardPost:
    """Locks the post.

    Raises: PostNotFound.
    """
    post = BoardPost.objects.select_for_update(of=("self",)).select_related("circle").filter(pk=post_id).first()
    if post is None:
        raise PostNotFound()
    return post


def _inside(circle_id: UUID, by: Actor) -> tuple[Circle, CircleMember | None]:
    circle, seat = circle_seen_by(circle_id, by)
    if not sees_inside(circle, seat, by):
        raise CircleNotFound()
    return circle, seat


def _moderates(seat: CircleMember | None, by: Actor) -> bool:
    return by.may(MANAGE) or (seat is not None and seat.leads)


def _joined(circle: Circle) -> QuerySet[CircleMember]:
    return CircleMember.objects.filter(circle=circle, status=CircleMember.Status.JOINED)


def _told(posts: QuerySet[BoardPost]) -> QuerySet[BoardPost]:
    seen = Q(replies__hidden_at=None, replies__taken_back_at=None)
    return posts.annotate(reply_count=Count("replies", filter=seen))


def _lines(circle: Circle, posts: Sequence[BoardPost], by: Actor, moderates: bool) -> list[PostLine]:
    cards = cards_of({post.author_id for post in posts})
    files: dict[UUID, list[BoardFile]] = defaultdict(list)
    for each in BoardFile.objects.filter(post__in={post.pk for post in posts}).order_by("pk"):
        files[each.post_id].append(each)
    readers = set(_joined(circle).values_list("member_id", flat=True))
    marks = [mark for mark in BoardMark.objects.filter(circle=circle) if mark.member_id in readers]
    return [
        PostLine(
            post=post,
            author=cards[post.author_id],
            is_yours=post.author_id == by.member_id,
            is_readable=not post.is_taken_back and (not post.is_hidden or moderates),
            files=[] if post.is_taken_back or (post.is_hidden and not moderates) else files[post.pk],
            replies=getattr(post, "reply_count", 0),
            seen_by=_seen(post, marks),
            of=len(readers - {post.author_id}),
        )
        for post in posts
    ]


def _seen(post: BoardPost, marks: Iterable[BoardMark]) -> int:
    return sum(mark.read_until >= post.posted_at and mark.member_id != post.author_id for mark in marks)
