"""What becomes of the orders of a leaving provider (§26)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act, require_transaction
from core.errors import NotAllowed
from exits import selectors
from exits.models import Exit, ExitOrder
from exits.rules import ExitOrderFacts, SubscriptionFacts
from exits.services.telling import exit_subject
from exits.types import OPEN_EXITS, Choice, OrderOutcome
from notifications.services import notify
from orders.services import require_buyer
from refunds.services import refund_on_exit
from regulation.models import DecisionRecord
from regulation.services import audit_record, decision_record


def exit_orders_begin(*, exit_: Exit, now: datetime) -> int:
    """Take down every order that may have money to give back, within an act; each is settled by itself (§26(1))."""
    require_transaction()
    rows = [ExitOrder(exit=exit_, order=order, begun_at=now) for order in selectors.orders_with_money(exit_.provider)]
    for row in rows:
        if selectors.is_running_subscription(row.order, now):
            _facts, decision = selectors.subscription_decided(row, now)
            row.choice_due_at = decision.values["choose_by"]
    ExitOrder.objects.bulk_create(rows, batch_size=1000)
    for row in rows:
        if row.choice_due_at is not None:
            notify(
                recipient=row.order.buyer,
                kind="exit.choose",
                subject=f"order:{row.order.number}",
                context={"number": row.order.number, "due_at": row.choice_due_at},
                now=now,
                link=f"/orders/{row.order.number}/",
            )
    return len(rows)


@act
def exit_order_choose(*, row: ExitOrder, choice: Choice, actor: Actor, now: datetime) -> ExitOrder:
    """The buyer of a running subscription takes the unused part back, or uses it to the term's end (§24, §26(1)).

    Raises OrderNotFound for anybody else, NotAllowed once the time has ended.
    """
    row = selectors.exit_order_locked(row.pk)
    require_buyer(row.order, actor)
    open_ = row.outcome == OrderOutcome.WAITING and row.exit.state in OPEN_EXITS
    if not open_ or row.choice_due_at is None or now >= row.choice_due_at:
        raise NotAllowed(_("The time to choose has ended."), clauses=["26(1)"])
    row.choice = choice
    row.choice_due_at = now
    row.save(update_fields=["choice", "choice_due_at"])
    audit_record(
        act="exit_order_choose",
        actor=actor,
        subject=f"order:{row.order.number}",
        before={},
        after={"choice": choice},
        now=now,
    )
    return row


@act
def exit_order_settle(*, row_id: int, now: datetime) -> bool:
    """Settle one order of a leaving provider: paid back, or left to the provider's after-sales (§26(1), §26(3)).

    An unfinished order gives all that was paid, less what was paid back; a running subscription what its buyer chose.
    False where it is settled, the buyer may still choose, or the provider stays after all.
    """
    row = selectors.exit_order_locked(row_id)
    if row.outcome != OrderOutcome.WAITING or row.exit.state not in OPEN_EXITS:
        return False
    if row.choice_due_at is not None and now < row.choice_due_at:
        return False
    order = row.order
    facts: ExitOrderFacts | SubscriptionFacts
    if row.choice_due_at is not None:
        facts, decision = selectors.subscription_decided(row, now)
    else:
        facts, decision = selectors.order_decided(row)
    record = decision_record(decision=decision, facts=facts, subject=f"order:{order.number}", now=now)
    row.amount = decision.values["amount"]
    if row.amount:
        refund_on_exit(order=order, amount=row.amount, decision=record, actor=SYSTEM, now=now)
    refunded = row.amount or decision.outcome == "full_refund"
    _settle(row, OrderOutcome.REFUNDED if refunded else OrderOutcome.AFTER_SALES, now, decision=record)
    return True


def _settle(row: ExitOrder, outcome: OrderOutcome, now: datetime, *, decision: DecisionRecord) -> None:
    row.outcome = outcome
    row.decision = decision
    row.settled_at = now
    row.save()
    audit_record(
        act="exit_order_settle",
        actor=SYSTEM,
        subject=exit_subject(row.exit),
        before={"order": row.order.number, "outcome": OrderOutcome.WAITING},
        after={"outcome": outcome, "amount": row.amount},
        now=now,
        decision=decision,
    )
    if outcome == OrderOutcome.AFTER_SALES:
        notify(
            recipient=row.order.buyer,
            kind="exit.after_sales",
            subject=f"order:{row.order.number}",
            context={"number": row.order.number},
            now=now,
            link=f"/orders/{row.order.number}/",
        )
