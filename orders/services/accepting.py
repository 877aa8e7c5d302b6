"""A buyer who says nothing, a confirmation that was induced, and a provider who does not begin (§11(1)3, §15(1),
§12(2)).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.acts import SYSTEM, Actor, act
from core.periods import end_of_days
from orders import reactions
from orders.models import MilestoneSubmission, Order
from orders.services.access import (
    NotNow,
    files_keep,
    order_locked,
    require_operator,
    required_text,
    rulebook_of,
    tell_buyer,
    tell_operators,
    tell_provider,
)
from orders.services.releasing import COMPLETED_FIELDS
from orders.services.working import WAITING_FIELDS, confirm_locked, return_locked, wait_from, wait_stop
from orders.types import MilestoneState, OrderState
from regulation.models import DecisionRecord
from regulation.services import audit_record

QUEUE = "/admin/orders/order/?queue=acceptance"


@act
def acceptance_remind(*, order_id: int, now: datetime) -> bool:
    """Remind a buyer who has not answered: after 3, 7, 15 and 30 days (§11(1)3). False where none is due.

    A sweep that comes late sends one reminder and goes on with the next that lies ahead.
    """
    order = order_locked(order_id)
    if order.awaiting_since is None or order.remind_due_at is None or order.remind_due_at > now:
        return False
    days = rulebook_of(order, order.paid_at or now).parameter("guarantee.reminder_days")
    ends = [end_of_days(order.awaiting_since, count) for count in days]
    order.reminders = sum(at <= now for at in ends)
    order.remind_due_at = next((at for at in ends if at > now), None)
    order.save(update_fields=["reminders", "remind_due_at"])
    audit_record(
        act="orders.acceptance_remind",
        actor=SYSTEM,
        subject=order.subject,
        before={},
        after={"reminders": order.reminders, "since": order.awaiting_since},
        now=now,
    )
    tell_buyer(order, "order.acceptance_reminder", now, {"since": order.awaiting_since})
    return True


@act
def acceptance_ask_operator(*, order_id: int, now: datetime) -> bool:
    """After ninety days of silence an operator settles the acceptance by the evidence (§11(1)3). False where not due.

    Where the rulebook has automatic acceptance switched on, the service is confirmed instead.
    """
    order = order_locked(order_id)
    if order.awaiting_since is None or order.settle_asked_at is not None:
        return False
    if order.settle_due_at is None or order.settle_due_at > now or order.state != OrderState.IN_SERVICE:
        return False
    automatic = rulebook_of(order, order.paid_at or now).parameter("guarantee.automatic_acceptance")
    if automatic and not order.held and _all_handed_in(order):
        confirm_locked(order, SYSTEM, now)
        tell_buyer(order, "order.confirmed_by_silence", now)
        tell_provider(order, "order.confirmed", now)
        return True
    order.settle_asked_at = now
    order.save(update_fields=["settle_asked_at"])
    audit_record(
        act="orders.acceptance_ask_operator",
        actor=SYSTEM,
        subject=order.subject,
        before={"awaiting_since": order.awaiting_since},
        after={"settle_asked_at": now},
        now=now,
    )
    tell_buyer(order, "order.acceptance_with_operator", now)
    tell_provider(order, "order.acceptance_with_operator", now)
    tell_operators(order, "order.acceptance_to_settle", now, role=Role.OPERATIONS, link=QUEUE)
    return True


def _all_handed_in(order: Order) -> bool:
    open_states = [MilestoneState.WAITING, MilestoneState.STARTED, MilestoneState.RETURNED]
    return not order.milestones.filter(state__in=open_states).exists()


def _to_settle(order: Order, actor: Actor) -> None:
    require_operator(actor, Role.OPERATIONS, Role.ARBITRATION)
    if order.settle_asked_at is None or order.state != OrderState.IN_SERVICE:
        raise NotNow(_("This acceptance is not with the operators."))


@act
def acceptance_settle_complete(
    *, order: Order, statement: str, files: Sequence[IO[bytes]] = (), actor: Actor, now: datetime
) -> Order:
    """An operator finds by the evidence that the service is complete: confirmed in the buyer's place (§11(1)3)."""
    order = order_locked(order.pk)
    _to_settle(order, actor)
    statement = required_text(statement, "statement")
    _keep(order, files, actor, now)
    audit_record(
        act="orders.acceptance_settle",
        actor=actor,
        subject=order.subject,
        before={"settle_asked_at": order.settle_asked_at},
        after={"complete": True, "statement": statement, "files": len(files)},
        now=now,
    )
    confirm_locked(order, actor, now)
    context = {"statement": statement}
    tell_buyer(order, "order.acceptance_settled_complete", now, context)
    tell_provider(order, "order.acceptance_settled_complete", now, context)
    return order


@act
def acceptance_settle_incomplete(
    *, order: Order, statement: str, files: Sequence[IO[bytes]] = (), actor: Actor, now: datetime
) -> Order:
    """An operator finds that the service is not complete: what was handed in goes back to the provider (§11(1)3)."""
    order = order_locked(order.pk)
    _to_settle(order, actor)
    statement = required_text(statement, "statement")
    _keep(order, files, actor, now)
    audit_record(
        act="orders.acceptance_settle",
        actor=actor,
        subject=order.subject,
        before={"settle_asked_at": order.settle_asked_at},
        after={"complete": False, "statement": statement, "files": len(files)},
        now=now,
    )
    for milestone in order.milestones.select_for_update(no_key=True, of=("self",)).filter(
        state=MilestoneState.SUBMITTED
    ):
        return_locked(order, milestone, statement, actor, now)
    wait_stop(order)
    order.save(update_fields=WAITING_FIELDS)
    context = {"statement": statement}
    tell_buyer(order, "order.acceptance_settled_incomplete", now, context)
    tell_provider(order, "order.acceptance_settled_incomplete", now, context)
    return order


def _keep(order: Order, files: Sequence[IO[bytes]], actor: Actor, now: datetime) -> None:
    assert actor.id is not None
    files_keep(order=order, place="settlement:1", files=files, by_id=actor.id, now=now)


@act
def order_reopen(
    *, order: Order, reason: str, decision: DecisionRecord | None = None, actor: Actor, now: datetime
) -> Order:
    """Undo a confirmation that was induced: the order runs on and its guarantee is restored (§15(1), schedule V1501).

    Called with a finding. Money that was released stays where it is; a refund is then recovered (§17(5)). Raises
    NotNow for an order
    that is no completed service.
    """
    order = order_locked(order.pk)
    if actor != SYSTEM:
        require_operator(actor, Role.OPERATIONS, Role.ARBITRATION)
    if not order.is_service or order.state != OrderState.COMPLETED or order.confirmed_at is None:
        raise NotNow(_("Only a service that was confirmed complete can be reopened."))
    before: dict[str, Any] = {"state": str(order.state), "confirmed_at": order.confirmed_at}
    order.reopen()
    for milestone in order.milestones.select_for_update(no_key=True, of=("self",)).filter(
        state=MilestoneState.ACCEPTED
    ):
        last = milestone.submissions.get(round=milestone.rounds)
        milestone.take_acceptance_back()
        milestone.save(update_fields=["state", "accepted_at", "rounds"])
        # What was answered stays on record; the same work waits for an answer again.
        MilestoneSubmission.objects.create(
            milestone=milestone,
            round=milestone.rounds,
            statement=last.statement,
            submitted_by_id=last.submitted_by_id,
            submitted_at=now,
        )
    wait_from(order, now)
    order.save(update_fields=[*COMPLETED_FIELDS, "reminders"])
    audit_record(
        act="orders.reopen",
        actor=actor,
        subject=order.subject,
        before=before,
        after={"state": order.state, "reason": reason},
        decision=decision,
        now=now,
    )
    tell_buyer(order, "order.reopened", now, {"reason": reason})
    tell_provider(order, "order.reopened", now, {"reason": reason})
    return order


@act
def late_start_tell(*, order_id: int, now: datetime) -> bool:
    """Tell both, once, that work has not begun in its working days after payment (§12(2)). False where it has."""
    order = order_locked(order_id)
    if order.state != OrderState.PAID or order.start_warned_at is not None:
        return False
    if order.start_due_at is None or order.start_due_at > now:
        return False
    order.start_warned_at = now
    order.save(update_fields=["start_warned_at"])
    audit_record(
        act="orders.late_start",
        actor=SYSTEM,
        subject=order.subject,
        before={},
        after={"start_due_at": order.start_due_at},
        now=now,
    )
    tell_buyer(order, "order.late_start", now, {"due_at": order.start_due_at})
    tell_provider(order, "order.start_late", now, {"due_at": order.start_due_at})
    reactions.late_start(order, now)
    return True
