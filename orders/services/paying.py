"""The money is there: the order's clocks start."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.services import sale_record
from catalog.types import ProductClass
from core.acts import SYSTEM
from core.money import ZERO, yuan
from core.outbox import outbox_put
from core.periods import beijing_date, end_of_months, end_of_working_days
from core.rows import row_update
from orders import reactions
from orders.models import Order, OrderMilestone
from orders.rules import GuaranteeFacts
from orders.services.access import NotNow, agreement_terms, order_locked_by_number
from orders.types import OrderState
from regulation import registry
from regulation.selectors import rulebook_for
from regulation.services import DecisionEntry, audit_record, decisions_record_many
from regulation.types import Rulebook
from settlements import services as settlements

PAID_TOPIC = "orders.paid"
# What a service without steps of its own is accepted as.
WHOLE = {
    "position": 0,
    "title_zh": "完成全部服务",
    "title_en": "Complete the whole service",
    "days": 30,
    "share": "100",
    "acceptance_zh": "",
    "acceptance_en": "",
}
_PAID_FIELDS = (
    "state", "paid_at", "rulebook", "fee", "fee_rate", "guarantee_ends_at", "release_due_at", "start_due_at",
    "term_starts_at", "term_ends_at", "term_warn_due_at", "started_at", "delivered_at",
)  # fmt: skip


def order_paid(intent: Any, now: datetime) -> None:
    """An order's payment has succeeded: it is paid from the instant that the gateway gives (§11, §17(1)).

    Called by payments in the act that books the money. Raises NotNow where the order was given up: the money then goes
    back by itself.
    """
    order = order_locked_by_number(intent.reference)
    if order.state != OrderState.PLACED:
        raise NotNow(_("This order was given up before the payment arrived."))
    _begin(order, intent.paid_at, now)


def take_free(order: Order, now: datetime) -> None:
    """What costs nothing is bought with the order itself. Part of the act that places it."""
    _begin(order, now, now)


def _begin(order: Order, paid_at: datetime, now: datetime) -> None:
    terms = agreement_terms(order, paid_at)
    rulebook = rulebook_for(paid_at, terms)
    facts = GuaranteeFacts(ProductClass(order.product_class), paid_at, None, now)
    decision = registry.decide("order.guarantee", facts, rulebook)
    entries = [DecisionEntry(decision, facts, order.subject, terms), *_fix_fee(order, rulebook, terms, now)]
    record = decisions_record_many(entries=entries, now=now)[0]
    order.pay(at=paid_at)
    order.rulebook = rulebook.version
    order.guarantee_ends_at = decision.values["ends_at"]
    _set_clocks(order, rulebook, paid_at, now)
    row_update(order, _PAID_FIELDS)
    if order.is_service:
        _lay_out_milestones(order)
    sale_record(
        product_id=order.product_id, order=order.number, units=order.quantity, amount=order.amount, sold_at=paid_at
    )
    audit_record(
        act="orders.pay",
        actor=SYSTEM,
        subject=order.subject,
        before={"state": OrderState.PLACED},
        after={
            "state": order.state,
            "paid": str(order.amount),
            "paid_at": paid_at,
            "fee": str(order.fee),
            "guarantee_ends_at": order.guarantee_ends_at,
        },
        decision=record,
        now=now,
    )
    # Both sides are told after the commit, so that a payment is booked in as few statements as may be.
    outbox_put(topic=PAID_TOPIC, payload={"order": order.pk}, key=f"{PAID_TOPIC}:{order.number}", now=now)
    reactions.paid(order, now)


def _fix_fee(order: Order, rulebook: Rulebook, terms: dict[str, Any], now: datetime) -> list[DecisionEntry]:
    """The service fee is fixed with the payment; on consignment the platform keeps what is above the supply price.

    Gives the decision that the fee rests on, to be recorded.
    """
    if order.is_free:
        return []
    entries = []
    if order.supply_amount is not None:
        order.fee = order.amount - order.supply_amount
    else:
        fixed = settlements.service_fee_fix(
            provider_id=order.provider_id,
            order=order.number,
            product_class=order.product_class,
            amount=order.amount,
            now=now,
            rulebook=rulebook,
        )
        order.fee = fixed.amount
        entries.append(DecisionEntry(fixed.decision, fixed.facts, order.subject, terms))
    order.fee_rate = yuan(order.fee * 100 / order.amount)
    return entries


def _set_clocks(order: Order, rulebook: Rulebook, paid_at: datetime, now: datetime) -> None:
    order.start_due_at = end_of_working_days(paid_at, rulebook.parameter("order.start_working_days"))
    if order.product_class == ProductClass.APPLICATION and not order.is_free:
        order.release_due_at = order.guarantee_ends_at
    months = order.terms["term_months"]
    if months:
        order.term_starts_at, order.term_ends_at = _term(order, months, paid_at)
        order.term_warn_due_at = next_term_warning(order, rulebook, now)
    if order.renews_id is not None and not order.is_service:
        # Nothing new is handed over: what the buyer has goes on.
        order.start(now=now)
        order.delivered_at = now
        if order.product_class == ProductClass.TOOL:
            order.release_due_at = paid_at


def next_term_warning(order: Order, rulebook: Rulebook, now: datetime) -> datetime | None:
    """When a buyer is next told that a subscription's term ends; None where no warning lies ahead."""
    assert order.term_ends_at is not None
    ahead = [order.term_ends_at - timedelta(days=days) for days in rulebook.parameter("order.term_warning_days")]
    return min((at for at in ahead if at > now), default=None)


def _term(order: Order, months: int, paid_at: datetime) -> tuple[datetime, datetime]:
    """A subscription's term. A renewal follows the term before it where that has not ended yet.

    The first day of a new subscription is not counted, as in every period of months; a renewal's first day is, so
    that terms
    join without a gap.
    """
    before = order.renews.term_ends_at if order.renews is not None else None
    if before is not None and before > paid_at:
        return before, end_of_months(beijing_date(before) - timedelta(days=1), months)
    return paid_at, end_of_months(paid_at, months)


def _lay_out_milestones(order: Order) -> None:
    steps = order.terms["milestones"] or [WHOLE | {"amount": str(order.unit_price)}]
    OrderMilestone.objects.bulk_create(
        OrderMilestone(
            order=order,
            position=step["position"],
            title_zh=step["title_zh"],
            title_en=step["title_en"],
            acceptance_zh=step["acceptance_zh"],
            acceptance_en=step["acceptance_en"],
            days=step["days"],
            share=Decimal(step["share"]),
            amount=Decimal(step["amount"]) * order.quantity if order.amount else ZERO,
        )
        for step in steps
    )
