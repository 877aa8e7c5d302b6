"""An order with everything that its page shows, and what a checkout says before anything is bought."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.selectors import plan_on_sale
from catalog.types import PlanTerms, ProductClass
from core.periods import end_of_days
from orders.models import DeductionOffer, Delivery, Invoice, Order, OrderFile, OrderMilestone, Review, WarrantyClaim
from orders.rules import GuaranteeFacts
from orders.selectors.access import review_of, team_permissions
from orders.selectors.acts import available_acts
from orders.selectors.history import timeline_of
from orders.selectors.money import money_of
from orders.selectors.waiting import waiting_for, work_due
from orders.types import AvailableAct, MoneyStrip, TimelineEvent, Waiting
from payments.models import PaymentIntent
from payments.selectors import intent_of
from providers.models import Provider
from providers.selectors import rulebook_of_provider
from regulation import registry
from regulation.models import DecisionRecord
from regulation.selectors import decisions_about
from regulation.types import Decision


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """A milestone with every round of it, the last one last, and the files of each."""

    milestone: OrderMilestone
    submissions: tuple[Any, ...]
    files: dict[int, list[OrderFile]]


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """Everything that an order's page shows. `access` is empty for whoever may not see it."""

    order: Order
    side: str
    waiting: Waiting
    money: MoneyStrip
    acts: list[AvailableAct]
    milestones: list[MilestoneView]
    deliveries: list[Delivery]
    files: dict[str, list[OrderFile]]
    timeline: list[TimelineEvent]
    decisions: list[DecisionRecord]
    offers: list[DeductionOffer]
    claims: list[WarrantyClaim]
    invoices: list[Invoice]
    review: Review | None
    payment: PaymentIntent | None
    renewals: list[Order]


def order_detail(order: Order, user: Any, now: datetime) -> OrderDetail:
    """An order's page for one reader, in a fixed number of queries however much happened."""
    files: dict[str, list[OrderFile]] = {}
    for found in OrderFile.objects.filter(order=order).order_by("id"):
        files.setdefault(found.place, []).append(found)
    milestones = [
        MilestoneView(
            step,
            tuple(step.submissions.all()),
            {one.pk: files.get(one.place, []) for one in step.submissions.all()},
        )
        for step in order.milestones.prefetch_related("submissions").order_by("position")
    ]
    side = side_of_reader(order, user)
    deliveries = list(order.deliveries.all()) if side in {"buyer", "provider"} else []
    return OrderDetail(
        order=order,
        side=side,
        waiting=waiting_for(order, now, side, work_due([order]).get(order.pk)),
        money=money_of(order),
        acts=available_acts(order, user, now),
        milestones=milestones,
        deliveries=deliveries,
        files=files,
        timeline=timeline_of(order),
        decisions=list(decisions_about(order.subject)[:50]),
        offers=list(order.deduction_offers.all()),
        claims=list(order.claims.all()),
        invoices=list(order.invoices.all()),
        review=review_of(order),
        payment=intent_of("order", order.number) if not order.is_free else None,
        renewals=list(order.renewals.exclude(state="cancelled")),
    )


def side_of_reader(order: Order, user: Any) -> str:
    """As whom somebody looks at an order: `buyer`, `provider`, `platform`, or nothing."""
    if user.pk == order.buyer_id:
        return "buyer"
    if team_permissions(order, user):
        return "provider"
    return "platform" if user.is_operator else ""


@dataclass(frozen=True, slots=True)
class CheckoutPreview:
    """What somebody is about to agree to: the terms, the total, and the guarantee as it would be if paid now."""

    terms: PlanTerms
    quantity: int
    total: Decimal
    guarantee: Decision
    guarantee_days: int
    pay_minutes: int
    warranty_months: int
    not_refundable: bool
    free_until: datetime | None


def checkout_preview(*, plan_id: int, quantity: int, now: datetime) -> CheckoutPreview:
    """What a purchase would be, said before anything is bought (§17(1)3). Raises PlanNotOnSale, PlanNotFound."""
    terms = plan_on_sale(plan_id=plan_id, now=now)
    rulebook = rulebook_of_provider(Provider(pk=terms.provider_id), now)
    kind = ProductClass(terms.product_class)
    guarantee = registry.decide("order.guarantee", GuaranteeFacts(kind, now, None, now), rulebook)
    days = rulebook.parameter("guarantee.application_days")
    return CheckoutPreview(
        terms=terms,
        quantity=quantity,
        total=terms.price * quantity,
        guarantee=guarantee,
        guarantee_days=days,
        pay_minutes=rulebook.parameter("order.payment_minutes"),
        warranty_months=terms.warranty_months,
        not_refundable=kind is ProductClass.TOOL,
        free_until=end_of_days(now, days) if kind is ProductClass.APPLICATION else None,
    )
