"""What is known about a request for money back, gathered from its order; and the decision on it. Reads only."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.types import ProductClass
from orders.models import Order
from providers.models import Provider
from providers.selectors import terms_for
from refunds.rules import Reason, RefundFacts
from regulation import registry
from regulation.selectors import rulebook_for
from regulation.types import Decision

RULE = "refund.entitlement"


def facts_of(
    order: Order,
    *,
    requested_at: datetime,
    reason: Reason | None,
    reason_upheld: bool = False,
    caused_loss: bool = False,
) -> RefundFacts:
    """The facts of a paid order at the moment of a request.

    What a compensation has paid counts as paid back already, and an order that both ended early counts as confirmed
    then.
    """
    assert order.paid_at is not None
    ended = order.confirmed_at or order.terminated_at
    return RefundFacts(
        product_class=ProductClass(order.product_class),
        paid_at=order.paid_at,
        requested_at=requested_at,
        paid=order.amount,
        refunded=order.refunded + order.compensated,
        confirmed_at=ended if order.is_service else None,
        reason=reason,
        reason_upheld=reason_upheld,
        caused_loss=caused_loss,
        policy_percent=order.policy_percent,
        term_starts_at=order.term_starts_at,
        term_ends_at=order.term_ends_at,
    )


def facts_judged(order: Order, refund: Any, *, upheld: bool, caused_loss: bool) -> RefundFacts:
    """The facts of a request once its reason, or the loss that it claims, was judged (§17(2), §17(3)1)."""
    return facts_of(
        order,
        requested_at=refund.requested_at,
        reason=Reason(refund.reason) if refund.reason else None,
        reason_upheld=upheld,
        caused_loss=caused_loss,
    )


def wanted(refund: Any, amount: Decimal) -> Decimal:
    """What is paid of an entitlement: no more than the buyer asked for (yuan)."""
    return amount if refund.amount_asked is None else min(refund.amount_asked, amount)


def agreement_terms(order: Order, at: datetime) -> dict[str, Any]:
    """The terms of its own that the provider's agreement held at an instant (§3)."""
    return terms_for(Provider(pk=order.provider_id), at)


def entitled(order: Order, facts: RefundFacts) -> tuple[Decision, dict[str, Any]]:
    """What the facts are entitled to by the rulebook of the request (§27 to §29), and the agreement terms that held."""
    terms = agreement_terms(order, facts.requested_at)
    return registry.decide(RULE, facts, rulebook_for(facts.requested_at, terms)), terms
