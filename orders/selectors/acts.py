"""Who may do what on an order now: one answer for pages, admin and REST."""

from datetime import datetime
from typing import Any

from accounts.types import Role
from orders.models import DeductionOffer, Invoice, Order, WarrantyClaim
from orders.selectors.access import team_permissions
from orders.types import (
    RUNNING,
    UNPAID,
    AvailableAct,
    ClaimState,
    HoldReason,
    InvoiceParty,
    InvoiceState,
    MilestoneState,
    OfferState,
    OrderAct,
    OrderState,
)
from providers.types import GONE, Permission

_REFUNDABLE = frozenset({OrderState.PAID, OrderState.IN_SERVICE, OrderState.COMPLETED, OrderState.CLOSED})
_REVIEWABLE = frozenset({OrderState.IN_SERVICE, OrderState.COMPLETED, OrderState.CLOSED, OrderState.REFUNDED})


class Facts:
    """What the acts of an order depend on, read once."""

    def __init__(self, order: Order, user: Any, now: datetime) -> None:
        self.order, self.user, self.now = order, user, now
        self.is_buyer = user.pk == order.buyer_id
        self.team = team_permissions(order, user)
        self.milestones = list(order.milestones.order_by("position")) if order.is_service else []
        self.refund_open = order.holds.filter(reason=HoldReason.REFUND, lifted_at__isnull=True).exists()
        self.offer: DeductionOffer | None = order.deduction_offers.filter(state=OfferState.OFFERED).first()
        self.claim: WarrantyClaim | None = order.claims.filter(
            state__in=[ClaimState.FILED, ClaimState.ANSWERED, ClaimState.ESCALATED]
        ).first()
        self.invoices: list[Invoice] = list(order.invoices.exclude(state=InvoiceState.CANCELLED))

    def may(self, permission: str) -> bool:
        return str(permission) in self.team


def available_acts(order: Order, user: Any, now: datetime) -> list[AvailableAct]:
    """What somebody may do on an order now, in the order in which buttons are drawn. A fixed number of queries.

    The acts themselves check again under lock; this draws the buttons.
    """
    facts = Facts(order, user, now)
    acts: list[AvailableAct] = []
    if facts.is_buyer:
        acts += _of_buyer(facts)
    if facts.team:
        acts += _of_team(facts)
    if user.is_operator:
        acts += _of_operator(facts)
    return list(dict.fromkeys(acts))


def _of_buyer(facts: Facts) -> list[AvailableAct]:
    order, now = facts.order, facts.now
    acts: list[AvailableAct] = []
    if order.state == OrderState.PLACED:
        return [AvailableAct(OrderAct.PAY), AvailableAct(OrderAct.CANCEL)]
    if order.state in RUNNING:
        for step in facts.milestones:
            if step.state == MilestoneState.SUBMITTED:
                acts += [
                    AvailableAct(OrderAct.MILESTONE_ACCEPT, step.pk),
                    AvailableAct(OrderAct.MILESTONE_RETURN, step.pk),
                ]
        if _confirmable(facts):
            acts.append(AvailableAct(OrderAct.CONFIRM))
    renewable = order.term_ends_at is not None and order.state in {*RUNNING, OrderState.COMPLETED}
    if renewable and order.provider.state not in GONE:
        acts.append(AvailableAct(OrderAct.RENEW))
    if order.state in _REFUNDABLE and order.left > 0 and not facts.refund_open:
        acts.append(AvailableAct(OrderAct.ASK_REFUND))
    acts += _deduction(facts, buyer=True)
    acts += _claims_of_buyer(facts)
    asked = any(one.recipient == InvoiceParty.BUYER and not one.is_red for one in facts.invoices)
    if order.state not in UNPAID and order.amount > order.refunded and not asked:
        acts.append(AvailableAct(OrderAct.ASK_INVOICE))
    if order.state in _REVIEWABLE:
        review = getattr(order, "review", None)
        if review is None:
            acts.append(AvailableAct(OrderAct.REVIEW))
        elif getattr(review, "follow_up", None) is None and (now - review.written_at).days >= 0:
            acts.append(AvailableAct(OrderAct.FOLLOW_UP_REVIEW, review.pk))
    return acts


def _confirmable(facts: Facts) -> bool:
    return (
        facts.order.is_service
        and facts.order.state == OrderState.IN_SERVICE
        and not facts.refund_open
        and bool(facts.milestones)
        and all(step.state in {MilestoneState.SUBMITTED, MilestoneState.ACCEPTED} for step in facts.milestones)
    )


def _claims_of_buyer(facts: Facts) -> list[AvailableAct]:
    order, claim = facts.order, facts.claim
    if claim is None:
        warranty = order.warranty_ends_at is not None and facts.now < order.warranty_ends_at
        open_to_claim = order.state not in UNPAID and order.state != OrderState.REFUNDED
        if open_to_claim and (warranty or order.in_guarantee(facts.now)):
            return [AvailableAct(OrderAct.CLAIM_WARRANTY)]
        return []
    acts = [AvailableAct(OrderAct.WITHDRAW_CLAIM, claim.pk)]
    if claim.state == ClaimState.ANSWERED:
        acts = [
            AvailableAct(OrderAct.ACCEPT_ANSWER, claim.pk),
            AvailableAct(OrderAct.ESCALATE_CLAIM, claim.pk),
            *acts,
        ]
    return acts


def _deduction(facts: Facts, *, buyer: bool) -> list[AvailableAct]:
    order, offer = facts.order, facts.offer
    if not order.is_service or order.state not in RUNNING or facts.refund_open:
        return []
    if offer is None:
        return [AvailableAct(OrderAct.OFFER_DEDUCTION)] if order.left > 0 else []
    if (offer.offered_side == "buyer") == buyer:
        return [AvailableAct(OrderAct.WITHDRAW_DEDUCTION, offer.pk)]
    return [
        AvailableAct(OrderAct.SIGN_DEDUCTION, offer.pk),
        AvailableAct(OrderAct.DECLINE_DEDUCTION, offer.pk),
    ]


def _of_team(facts: Facts) -> list[AvailableAct]:
    order = facts.order
    acts: list[AvailableAct] = []
    if facts.may(Permission.ORDERS):
        if order.is_service and order.state in RUNNING:
            acts += _milestones_of_team(facts)
        elif not order.is_service and order.state in {*RUNNING, OrderState.COMPLETED}:
            acts.append(AvailableAct(OrderAct.DELIVER))
    if facts.may(Permission.REFUNDS):
        acts += _deduction(facts, buyer=False)
    if facts.may(Permission.SUPPORT):
        if facts.claim is not None and facts.claim.state == ClaimState.FILED:
            acts.append(AvailableAct(OrderAct.ANSWER_CLAIM, facts.claim.pk))
        if facts.claim is not None and facts.claim.state == ClaimState.ANSWERED:
            acts.append(AvailableAct(OrderAct.ESCALATE_CLAIM, facts.claim.pk))
        review = getattr(order, "review", None)
        if review is not None and review.state == "published" and getattr(review, "reply", None) is None:
            acts.append(AvailableAct(OrderAct.REPLY_REVIEW, review.pk))
    if facts.may(Permission.INVOICES):
        acts += [
            AvailableAct(OrderAct.ISSUE_INVOICE, one.pk)
            for one in facts.invoices
            if one.issuer == InvoiceParty.PROVIDER and one.state == InvoiceState.REQUESTED
        ]
        asked = any(one.recipient == InvoiceParty.PROVIDER and not one.is_red for one in facts.invoices)
        if order.released_at is not None and order.fee > 0 and not order.consigned and not asked:
            acts.append(AvailableAct(OrderAct.ASK_FEE_INVOICE))
    return acts


def _milestones_of_team(facts: Facts) -> list[AvailableAct]:
    acts = []
    blocked = False
    for step in facts.milestones:
        if step.state in {MilestoneState.STARTED, MilestoneState.RETURNED}:
            acts.append(AvailableAct(OrderAct.MILESTONE_SUBMIT, step.pk))
        elif step.state == MilestoneState.WAITING and not blocked:
            acts.append(AvailableAct(OrderAct.MILESTONE_START, step.pk))
        blocked = blocked or step.state in {MilestoneState.WAITING, MilestoneState.STARTED}
    return acts


def _of_operator(facts: Facts) -> list[AvailableAct]:
    order, user = facts.order, facts.user
    acts: list[AvailableAct] = []
    settles = user.has_role(Role.OPERATIONS) or user.has_role(Role.ARBITRATION)
    if settles and order.settle_asked_at is not None and order.state == OrderState.IN_SERVICE:
        acts.append(AvailableAct(OrderAct.SETTLE_ACCEPTANCE))
    if facts.claim is not None and facts.claim.state == ClaimState.ESCALATED and user.has_role(Role.ARBITRATION):
        acts.append(AvailableAct(OrderAct.DECIDE_CLAIM, facts.claim.pk))
    if user.has_role(Role.FINANCE):
        acts += [
            AvailableAct(OrderAct.ISSUE_INVOICE, one.pk)
            for one in facts.invoices
            if one.issuer == InvoiceParty.PLATFORM and one.state == InvoiceState.REQUESTED
        ]
    return acts
