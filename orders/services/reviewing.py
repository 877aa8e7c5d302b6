"""Reviews: written once by who bought, added to, answered, and looked into where buyer and provider are connected
(§15(2), §16).
"""

from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import IdentityVerification
from accounts.types import IdentityState, Role
from catalog.services import listing_figures_record
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput
from core.money import yuan
from orders.models import Order, Review, ReviewFollowUp, ReviewReply
from orders.services.access import (
    NotNow,
    OrderNotFound,
    order_locked,
    require_buyer,
    require_operator,
    require_provider,
    required_text,
    tell_buyer,
    tell_operators,
    tell_provider,
)
from orders.types import OrderState, ReviewState
from providers.models import Provider
from providers.types import Permission
from regulation.services import audit_record

LONGEST = 2000
QUEUE = "/admin/orders/review/?state__exact=held"
REVIEWABLE = frozenset({OrderState.IN_SERVICE, OrderState.COMPLETED, OrderState.CLOSED, OrderState.REFUNDED})


@act
def review_write(*, order: Order, score: int, text: str, actor: Actor, now: datetime) -> Review:
    """A buyer reviews what was bought: once an order, and nobody can change it afterwards (§16(1)).

    It is held for an operator where the buyer is connected with the provider (§15(2)) or is a provider itself (§16(2)).
    Raises
    NotNow before anything was delivered, and the second time.
    """
    order = order_locked(order.pk)
    require_buyer(order, actor)
    if order.state not in REVIEWABLE:
        raise NotNow(_("A review can be written once the product was delivered or work has begun."))
    if score not in range(1, 6):
        raise InvalidInput(_("Give one to five stars."), field="score")
    if Review.objects.filter(order=order).exists():
        raise NotNow(_("You have reviewed this order. You can add to it once."))
    review = Review(
        order=order,
        product_id=order.product_id,
        provider_id=order.provider_id,
        author_id=order.buyer_id,
        score=score,
        text=required_text(text, "text", LONGEST),
        written_at=now,
    )
    because = connection_of(order)
    if because:
        review.hold(because=because)
    review.save()
    audit_record(
        act="orders.review_write",
        actor=actor,
        subject=order.subject,
        before={},
        after={"review": review.pk, "score": score, "state": review.state, "because": because},
        now=now,
    )
    if because:
        tell_operators(order, "review.to_look_at", now, role=Role.OPERATIONS, link=QUEUE)
    else:
        _figures(review, now)
        tell_provider(order, "review.written", now, {"score": score}, permission=Permission.SUPPORT)
    return review


def connection_of(order: Order) -> str:
    """How the buyer is connected with a provider: `same_subject`, `same_team`, `is_provider`, or nothing.

    `same_subject` and `same_team` are asked of whoever sold or performs it (§15(2)); `is_provider` of any other
    (§16(2)).
    """
    own = Q(owner=order.buyer_id) | Q(staff__user=order.buyer_id)
    subjects = IdentityVerification.objects.filter(user=order.buyer_id, state=IdentityState.VERIFIED).values(
        "subject_index"
    )
    both = {order.provider_id, order.performer_id}
    found = list(
        Provider.objects.filter(own | Q(subject_index__in=subjects)).values_list("pk", "subject_index").distinct()
    )
    mine = [pk for pk, _index in found if pk in both]
    if mine:
        same = Provider.objects.filter(pk__in=mine, subject_index__in=subjects).exists()
        return "same_subject" if same else "same_team"
    return "is_provider" if found else ""


def _figures(review: Review, now: datetime) -> None:
    """Bring the product's score up to date with what is published."""
    figures: dict[str, Any] = Review.objects.filter(
        product_id=review.product_id, state=ReviewState.PUBLISHED
    ).aggregate(score=Avg("score"), reviews=Count("pk"))
    listing_figures_record(
        product_id=review.product_id, score=yuan(figures["score"] or 0), reviews=figures["reviews"], now=now
    )


@act
def review_follow_up(*, review: Review, text: str, actor: Actor, now: datetime) -> ReviewFollowUp:
    """The buyer adds to a review, once; the first words stay (§16(1))."""
    order = order_locked(review.order_id)
    require_buyer(order, actor)
    if ReviewFollowUp.objects.filter(review=review).exists():
        raise NotNow(_("You have added to this review already."))
    found = ReviewFollowUp.objects.create(review=review, text=required_text(text, "text", LONGEST), written_at=now)
    audit_record(
        act="orders.review_follow_up",
        actor=actor,
        subject=order.subject,
        before={},
        after={"review": review.pk},
        now=now,
    )
    tell_provider(order, "review.followed_up", now, permission=Permission.SUPPORT)
    return found


@act
def review_reply(*, review: Review, text: str, actor: Actor, now: datetime) -> ReviewReply:
    """The provider answers a review in public, once. It has no way to change or hide one (§16(1))."""
    order = order_locked(review.order_id)
    require_provider(order, actor, Permission.SUPPORT)
    if ReviewReply.objects.filter(review=review).exists():
        raise NotNow(_("This review was answered already."))
    if review.state != ReviewState.PUBLISHED:
        raise NotNow(_("Only a published review can be answered."))
    assert actor.id is not None
    found = ReviewReply.objects.create(
        review=review, text=required_text(text, "text", LONGEST), written_by_id=actor.id, written_at=now
    )
    audit_record(
        act="orders.review_reply",
        actor=actor,
        subject=order.subject,
        before={},
        after={"review": review.pk},
        now=now,
    )
    tell_buyer(order, "review.replied", now)
    return found


def _locked(review: Review) -> tuple[Order, Review]:
    order = order_locked(review.order_id)
    found = Review.objects.select_for_update(no_key=True, of=("self",)).filter(pk=review.pk).first()
    if found is None:
        raise OrderNotFound
    return order, found


@act
def review_publish(*, review: Review, reason: str, actor: Actor, now: datetime) -> Review:
    """An operator lets a held or removed review be seen."""
    order, review = _locked(review)
    require_operator(actor, Role.OPERATIONS, Role.ARBITRATION)
    if review.state == ReviewState.PUBLISHED:
        raise NotNow(_("This review is published."))
    before = str(review.state)
    review.publish(reason=required_text(reason, "reason", 500), by_id=actor.id, now=now)
    _settled(order, review, before, actor, now)
    tell_buyer(order, "review.published", now)
    return review


@act
def review_remove(*, review: Review, reason: str, actor: Actor, now: datetime) -> Review:
    """Take a review out of sight after a finding (§15(2), §16); its words stay on record. By an operator, or by a
    measure.
    """
    order, review = _locked(review)
    if actor != SYSTEM:
        require_operator(actor, Role.OPERATIONS, Role.ARBITRATION)
    if review.state == ReviewState.REMOVED:
        return review
    before = str(review.state)
    review.remove(reason=required_text(reason, "reason", 500), by_id=None if actor == SYSTEM else actor.id, now=now)
    _settled(order, review, before, actor, now)
    tell_buyer(order, "review.removed", now, {"reason": review.settle_reason})
    return review


def _settled(order: Order, review: Review, before: str, actor: Actor, now: datetime) -> None:
    review.save(update_fields=["state", "settled_by", "settled_at", "settle_reason"])
    audit_record(
        act="orders.review_settle",
        actor=actor,
        subject=order.subject,
        before={"state": before},
        after={"review": review.pk, "state": review.state, "reason": review.settle_reason},
        now=now,
    )
    _figures(review, now)
