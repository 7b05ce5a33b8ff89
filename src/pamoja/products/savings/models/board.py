"""The board of a circle: what its members say to each other, what they attach, and how far each has read.

A post stays when it is hidden or taken back: what was said about money must not vanish. The application's role may
delete none.
"""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from pamoja.foundation import clock, ids
from pamoja.kernel.communities.public import CommunityModel
from pamoja.products.savings.models.circles import Circle


class BoardPost(CommunityModel):
    """Something a member said. A reply has a post that it answers; an announcement is the organiser's."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="posts")
    author = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    body = models.TextField(blank=True)
    answers_id: UUID | None
    is_announcement = models.BooleanField(default=False)
    is_pinned = models.BooleanField(default=False)
    posted_at = models.DateTimeField(default=clock.now, editable=False)
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey("identity.Member", on_delete=models.PROTECT, null=True, related_name="+")
    hidden_reason = models.CharField(max_length=200, blank=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "savings_board_post"
        constraints = [
            models.CheckConstraint(
                condition=Q(answers=None) | Q(is_announcement=False), name="savings_board_post_announcement_on_its_own"
            ),
            models.CheckConstraint(
                condition=Q(is_pinned=False) | Q(is_announcement=True), name="savings_board_post_pinned_announcement"
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None, hidden_by=None, hidden_reason="")
                | (Q(hidden_at__isnull=False, hidden_by__isnull=False) & ~Q(hidden_reason="")),
                name="savings_board_post_hidden_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(body=""), name="savings_board_post_taken_back_says_nothing"
            ),
        ]
        indexes = [
            models.Index(
                fields=["circle", "-posted_at", "-id"], condition=Q(answers=None), name="savings_board_post_of_circle"
            ),
            models.Index(fields=["answers", "posted_at"], name="savings_board_post_replies"),
        ]

    def __str__(self) -> str:
        return f"{self.author_id} in {self.circle_id}"

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def is_taken_back(self) -> bool:
        return self.taken_back_at is not None


class BoardFile(CommunityModel):
    """A picture or a PDF that came with a post. `name` is the file's, unguessable, below the media folder."""

    class Kind(models.TextChoices):
        PICTURE = "picture", "Picture"
        PDF = "pdf", "PDF"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    post = models.ForeignKey(BoardPost, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()

    class Meta:
        db_table = "savings_board_file"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["picture", "pdf"]), name="savings_board_file_kind_known"),
            models.UniqueConstraint(fields=["community", "name"], name="savings_board_file_name_unique"),
        ]

    def __str__(self) -> str:
        return self.title


class BoardMark(CommunityModel):
    """How far a member has read a circle's board."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    circle = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="marks")
    member = models.ForeignKey("identity.Member", on_delete=models.PROTECT, related_name="+")
    read_until = models.DateTimeField()

    class Meta:
        db_table = "savings_board_mark"
        constraints = [models.UniqueConstraint(fields=["circle", "member"], name="savings_board_mark_once")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.circle_id}"
