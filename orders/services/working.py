"""Delivering a product, and working through the milestones of a service (§11)."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO

from django.utils.translation import gettext_lazy as _

from catalog.types import ProductClass
from core.acts import Actor, act
from core.errors import InvalidInput
from core.periods import end_of_days
from orders import reactions
from orders.models import Delivery, MilestoneSubmission, Order, OrderHold, OrderMilestone
from orders.services.access import (
    NotNow,
    OrderNotFound,
    files_keep,
    order_locked,
    require_buyer,
    require_provider,
    required_text,
    rulebook_of,
    tell_buyer,
    tell_provider,
)
from orders.services.releasing import COMPLETED_FIELDS, complete_locked, guarantee_decided, release_locked
from orders.types import RUNNING, HoldReason, MilestoneState, OrderState
from regulation.services import audit_record

WAITING_FIELDS = ["awaiting_since", "remind_due_at", "reminders", "settle_due_at", "settle_asked_at"]


@act
def order_deliver(
    *, order: Order, access: str, guide: str = "", files: Sequence[IO[bytes]] = (), actor: Actor, now: datetime
) -> Delivery:
    """The provider hands an application or tool over: how to reach it, kept encrypted, with files where they help
    (§11).

    May be done again when the access changes; the buyer is told each time. Raises NotNow for a service, which is
    delivered by
    its milestones, and for an order that is not running.
    """
    order = order_locked(order.pk)
    require_provider(order, actor)
    if order.is_service:
        raise NotNow(_("A service is delivered by its milestones."))
    if order.state not in {*RUNNING, OrderState.COMPLETED}:
        raise NotNow(_("This order is not waiting for a delivery."))
    access = required_text(access, "access")
    assert actor.id is not None
    first = order.delivered_at is None
    before = str(order.state)
    delivery = Delivery.objects.create(
        order=order, access=access, guide=guide.strip()[:5000], delivered_by_id=actor.id, delivered_at=now
    )
    files_keep(order=order, place=delivery.place, files=files, by_id=actor.id, now=now)
    if order.state == OrderState.PAID:
        order.start(now=now)
    if first:
        order.delivered_at = now
        if order.product_class == ProductClass.TOOL:
            # A tool has no guarantee (17(1)3): handed over, it is complete.
            complete_locked(order, now)
        order.save(update_fields=[*COMPLETED_FIELDS, "started_at", "delivered_at"])
    audit_record(
        act="orders.deliver",
        actor=actor,
        subject=order.subject,
        before={"state": before},
        after={"state": order.state, "files": len(files), "again": not first},
        now=now,
    )
    tell_buyer(order, "order.delivered" if first else "order.delivered_again", now)
    return delivery


def milestone_locked(milestone: OrderMilestone) -> tuple[Order, OrderMilestone]:
    """A milestone with its order, both locked, the order first. Raises OrderNotFound."""
    order = order_locked(milestone.order_id)
    found = OrderMilestone.objects.select_for_update(no_key=True, of=("self",)).filter(pk=milestone.pk).first()
    if found is None:
        raise OrderNotFound
    return order, found


def _running(order: Order) -> None:
    if order.state not in RUNNING:
        raise NotNow(_("This order is not being worked on."))


@act
def milestone_start(*, milestone: OrderMilestone, actor: Actor, now: datetime) -> OrderMilestone:
    """The provider begins a milestone; it is due after its days (§11). Raises NotNow out of turn."""
    order, milestone = milestone_locked(milestone)
    require_provider(order, actor)
    _running(order)
    if milestone.state != MilestoneState.WAITING:
        raise NotNow(_("This milestone has begun already."))
    unfinished = order.milestones.filter(
        position__lt=milestone.position, state__in=[MilestoneState.WAITING, MilestoneState.STARTED]
    )
    if unfinished.exists():
        raise NotNow(_("Hand in the milestone before it first."))
    milestone.start(due_at=end_of_days(now, milestone.days), now=now)
    milestone.save(update_fields=["state", "started_at", "due_at"])
    if order.state == OrderState.PAID:
        order.start(now=now)
        order.save(update_fields=["state", "started_at"])
    audit_record(
        act="orders.milestone_start",
        actor=actor,
        subject=order.subject,
        before={"state": MilestoneState.WAITING},
        after={"milestone": milestone.position, "state": milestone.state, "due_at": milestone.due_at},
        now=now,
    )
    tell_buyer(order, "milestone.started", now, _titled(milestone) | {"due_at": milestone.due_at})
    return milestone


@act
def milestone_submit(
    *, milestone: OrderMilestone, statement: str, files: Sequence[IO[bytes]], actor: Actor, now: datetime
) -> MilestoneSubmission:
    """The provider hands a milestone in, with evidence: now the buyer is to accept it or to send it back (§11(1)3).

    Raises InvalidInput without a statement or a file, NotNow where it has not begun or was handed in.
    """
    order, milestone = milestone_locked(milestone)
    require_provider(order, actor)
    _running(order)
    if milestone.state not in {MilestoneState.STARTED, MilestoneState.RETURNED}:
        raise NotNow(_("Only a milestone in progress can be handed in."))
    statement = required_text(statement, "statement")
    if not files:
        raise InvalidInput(_("Add at least one file that shows the result."), field="files")
    assert actor.id is not None
    before = str(milestone.state)
    milestone.submit(now=now)
    milestone.save(update_fields=["state", "submitted_at", "rounds"])
    submission = MilestoneSubmission.objects.create(
        milestone=milestone,
        round=milestone.rounds,
        statement=statement,
        submitted_by_id=actor.id,
        submitted_at=now,
    )
    files_keep(order=order, place=submission.place, files=files, by_id=actor.id, now=now)
    _wait_for_buyer(order, now)
    audit_record(
        act="orders.milestone_submit",
        actor=actor,
        subject=order.subject,
        before={"state": before},
        after={
            "milestone": milestone.position,
            "state": milestone.state,
            "round": milestone.rounds,
            "submission": submission.pk,
            "files": len(files),
        },
        now=now,
    )
    tell_buyer(order, "milestone.submitted", now, _titled(milestone))
    return submission


@act
def milestone_accept(*, milestone: OrderMilestone, actor: Actor, now: datetime) -> OrderMilestone:
    """The buyer accepts what was handed in for a milestone (§11(1)3). The money stays in escrow until the whole is
    confirmed.
    """
    order, milestone = milestone_locked(milestone)
    require_buyer(order, actor)
    _running(order)
    accept_locked(order, milestone, actor, now)
    _wait_again(order, now)
    tell_provider(order, "milestone.accepted", now, _titled(milestone))
    return milestone


def accept_locked(order: Order, milestone: OrderMilestone, actor: Actor, now: datetime) -> None:
    """Accept a locked milestone for whoever acts. Part of an act."""
    if milestone.state != MilestoneState.SUBMITTED:
        raise NotNow(_("Nothing was handed in for this milestone yet."))
    milestone.accept(now=now)
    milestone.save(update_fields=["state", "accepted_at"])
    milestone.submissions.filter(round=milestone.rounds).update(
        answer="accepted", answered_by_id=actor.id, answered_at=now
    )
    audit_record(
        act="orders.milestone_accept",
        actor=actor,
        subject=order.subject,
        before={"state": MilestoneState.SUBMITTED},
        after={"milestone": milestone.position, "state": milestone.state},
        now=now,
    )


@act
def milestone_return(*, milestone: OrderMilestone, reason: str, actor: Actor, now: datetime) -> OrderMilestone:
    """The buyer sends a milestone back and says what is missing (§11(1)3)."""
    order, milestone = milestone_locked(milestone)
    require_buyer(order, actor)
    _running(order)
    return_locked(order, milestone, required_text(reason, "reason"), actor, now)
    _wait_again(order, now)
    tell_provider(order, "milestone.returned", now, _titled(milestone) | {"reason": reason.strip()})
    return milestone


def return_locked(order: Order, milestone: OrderMilestone, reason: str, actor: Actor, now: datetime) -> None:
    """Send a locked milestone back for whoever acts. Part of an act."""
    if milestone.state != MilestoneState.SUBMITTED:
        raise NotNow(_("Nothing was handed in for this milestone yet."))
    milestone.send_back(now=now)
    milestone.save(update_fields=["state", "returned_at"])
    milestone.submissions.filter(round=milestone.rounds).update(
        answer="returned", answer_reason=reason, answered_by_id=actor.id, answered_at=now
    )
    audit_record(
        act="orders.milestone_return",
        actor=actor,
        subject=order.subject,
        before={"state": MilestoneState.SUBMITTED},
        after={"milestone": milestone.position, "state": milestone.state, "reason": reason},
        now=now,
    )


@act
def order_confirm(*, order: Order, actor: Actor, now: datetime) -> Order:
    """The buyer confirms that the whole service is complete: what was handed in is accepted, the guarantee ends, the
    money is
    released to the provider, and the warranty begins (§11(1)3, §11(3)1, §17(1)2).

    Raises NotNow while a milestone was not handed in (nobody confirms before it is delivered, §15(1)) or a refund is
    open.
    """
    order = order_locked(order.pk)
    require_buyer(order, actor)
    confirm_locked(order, actor, now)
    tell_provider(order, "order.confirmed", now)
    return order


def confirm_locked(order: Order, actor: Actor, now: datetime) -> None:
    """Confirm a locked service as complete for whoever acts. Part of an act."""
    if not order.is_service or order.state != OrderState.IN_SERVICE:
        raise NotNow(_("Only a service that is being worked on can be confirmed complete."))
    milestones = list(order.milestones.select_for_update(no_key=True, of=("self",)).order_by("position"))
    if any(step.state not in {MilestoneState.SUBMITTED, MilestoneState.ACCEPTED} for step in milestones):
        raise NotNow(_("The service can be confirmed once every milestone was handed in."), clauses=("11(1)3", "15(1)"))
    if OrderHold.objects.filter(order=order, reason=HoldReason.REFUND, lifted_at__isnull=True).exists():
        raise NotNow(_("A refund is open for this order. Settle or withdraw it first."))
    for step in milestones:
        if step.state == MilestoneState.SUBMITTED:
            accept_locked(order, step, actor, now)
    order.confirmed_at = order.guarantee_ends_at = now
    record = guarantee_decided(order, now, now)
    complete_locked(order, now)
    order.delivered_at = order.delivered_at or now
    order.save(update_fields=[*COMPLETED_FIELDS, "delivered_at"])
    audit_record(
        act="orders.confirm",
        actor=actor,
        subject=order.subject,
        before={"state": OrderState.IN_SERVICE},
        after={"state": order.state, "confirmed_at": now, "warranty_ends_at": order.warranty_ends_at},
        decision=record,
        now=now,
    )
    release_locked(order, now)
    reactions.confirmed(order, now)


def _titled(milestone: OrderMilestone) -> dict[str, object]:
    return {"milestone": {"zh-hans": milestone.title_zh, "en": milestone.title_en or milestone.title_zh}}


def _wait_for_buyer(order: Order, now: datetime) -> None:
    """Silence is counted from here: reminders, and after ninety days an operator (§11(1)3)."""
    if order.awaiting_since is None:
        wait_from(order, now)
        order.save(update_fields=WAITING_FIELDS)


def wait_from(order: Order, now: datetime) -> None:
    """Start the clocks of the buyer's silence on a locked order, which the caller saves."""
    rulebook = rulebook_of(order, order.paid_at or now)
    automatic = rulebook.parameter("guarantee.automatic_acceptance")
    days = rulebook.parameter("guarantee.automatic_acceptance_days" if automatic else "guarantee.operator_after_days")
    reminders = rulebook.parameter("guarantee.reminder_days")
    order.awaiting_since, order.reminders = now, 0
    order.remind_due_at = end_of_days(now, reminders[0]) if reminders else None
    order.settle_due_at = end_of_days(now, days)
    order.settle_asked_at = None


def _wait_again(order: Order, now: datetime) -> None:
    """After an answer: the clocks go on while something else waits, start over for the whole, or stop."""
    states = set(order.milestones.values_list("state", flat=True))
    if MilestoneState.SUBMITTED in states:
        return
    if states == {MilestoneState.ACCEPTED}:
        wait_from(order, now)
    else:
        wait_stop(order)
    order.save(update_fields=WAITING_FIELDS)


def wait_stop(order: Order) -> None:
    """Nothing waits for the buyer any more; the caller saves."""
    order.awaiting_since = order.remind_due_at = order.settle_due_at = order.settle_asked_at = None
    order.reminders = 0
