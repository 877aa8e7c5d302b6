"""What buyers say of what they bought. Nobody can change a word of it (§16(1))."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fsm import FSMField, FSMModelMixin, transition
from orders.models.order import Order
from orders.types import ReviewState

STATES = [
    (ReviewState.PUBLISHED, _("Published")),
    (ReviewState.HELD, _("Held for an operator")),
    (ReviewState.REMOVED, _("Removed")),
]


class Review(FSMModelMixin, models.Model):
    """What does a buyer say of a product, and is it seen? (§15(2), §16)

    One an order, only by whoever paid for it. Held where the buyer is connected with a provider, until an operator
    has looked.
    """

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="review", verbose_name=_("order"))
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="reviews", verbose_name=_("product"), db_index=False
    )
    provider = models.ForeignKey(
        "providers.Provider",
        on_delete=models.PROTECT,
        related_name="reviews",
        verbose_name=_("provider"),
        db_index=False,
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("author")
    )
    score = models.PositiveSmallIntegerField(_("score"))
    text = models.TextField(_("text"))
    state = FSMField(_("state"), default=ReviewState.PUBLISHED, choices=STATES, protected=True, max_length=10)
    held_because = models.CharField(_("why held"), max_length=40, blank=True)
    written_at = models.DateTimeField(_("written"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settle_reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["product", "-id"], name="review_of_product", condition=Q(state="published")),
            models.Index(fields=["provider", "-id"], name="review_of_provider"),
            models.Index(fields=["id"], name="review_held", condition=Q(state="held")),
        ]
        constraints = [
            models.CheckConstraint(name="review_score_one_to_five", condition=Q(score__gte=1, score__lte=5)),
            models.CheckConstraint(name="review_state_known", condition=Q(state__in=["published", "held", "removed"])),
            models.CheckConstraint(
                name="review_removed_says_why",
                condition=~Q(state="removed") | (Q(settled_at__isnull=False) & ~Q(settle_reason="")),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="review_states",
                field="state",
                transitions=[
                    ("published", "removed"),
                    ("published", "held"),
                    ("held", "published"),
                    ("held", "removed"),
                    ("removed", "published"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="review_stands", fields=["order", "product", "provider", "author", "score", "text", "written_at"]
            ),
            pgtrigger.Protect(name="review_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.score}"

    @property
    def subject(self) -> str:
        """As decisions and the audit trail name it."""
        return f"review:{self.pk}"

    @transition(state, source=ReviewState.PUBLISHED, target=ReviewState.HELD, custom={"clause": "16(2)"})
    def hold(self, *, because: str) -> None:
        """Not seen until an operator has looked."""
        self.held_because = because

    @transition(state, source=[ReviewState.HELD, ReviewState.REMOVED], target=ReviewState.PUBLISHED)
    def publish(self, *, reason: str, by_id: int | None, now: datetime) -> None:
        """An operator finds nothing wrong with it."""
        self.settled_by_id, self.settled_at, self.settle_reason = by_id, now, reason

    @transition(
        state,
        source=[ReviewState.PUBLISHED, ReviewState.HELD],
        target=ReviewState.REMOVED,
        custom={"clause": "15(2)"},
    )
    def remove(self, *, reason: str, by_id: int | None, now: datetime) -> None:
        """A finding says that it is no honest review."""
        self.settled_by_id, self.settled_at, self.settle_reason = by_id, now, reason


class ReviewFollowUp(models.Model):
    """What did the buyer add later? Once a review; the first words stay as they are."""

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="follow_up", verbose_name=_("review"))
    text = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        triggers = [pgtrigger.Protect(name="review_follow_up_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.review_id)


class ReviewReply(models.Model):
    """What did the provider answer in public? Once a review."""

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="reply", verbose_name=_("review"))
    text = models.TextField(_("text"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        triggers = [pgtrigger.Protect(name="review_reply_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.review_id)
