"""The one door to refunds, and what is due."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.types import Role
from core.errors import NotFound
from orders.models import Order
from orders.selectors import is_reader
from providers.models import Provider, StaffMember
from providers.types import Permission, may
from providers.types import Role as TeamRole
from refunds.models import RefundFile, RefundOffer, RefundRequest
from refunds.types import MOVING, OPEN, RefundState

UNANSWERED = Q(state=RefundState.NEGOTIATING, replied_at__isnull=True)
RELATED = ("order", "buyer", "provider", "decision", "final", "payback", "order__provider", "order__buyer")


class RefundNotFound(NotFound):
    """There is no such refund, or it is somebody else's."""

    code = "refund_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such refund."))


# The roles in a provider's team that work on refunds.
TEAM = [role for role in TeamRole if may(role, Permission.REFUNDS)]


def _reachable(user: Any) -> Q:
    if is_reader(user):
        return Q()
    mine = StaffMember.objects.filter(user=user, role__in=TEAM, left_at__isnull=True).values("provider")
    return Q(buyer=user) | Q(provider__in=mine) | Q(order__performer__in=mine)


def refund_for(user: Any, number: str) -> RefundRequest:
    """A refund for its buyer, those of the seller's or performer's team who work on refunds, or an operator.

    Raises RefundNotFound.
    """
    found = RefundRequest.objects.select_related(*RELATED).filter(_reachable(user), number=number).first()
    if found is None:
        raise RefundNotFound
    return found


def refund_of_buyer(user: Any, number: str) -> RefundRequest:
    """One of somebody's own refunds. Raises RefundNotFound."""
    found = RefundRequest.objects.select_related(*RELATED).filter(buyer=user, number=number).first()
    if found is None:
        raise RefundNotFound
    return found


def of_provider(provider: Provider) -> Q:
    """The refunds of what a provider sells or performs."""
    return Q(provider=provider) | Q(order__performer=provider)


def refund_of_provider(provider: Provider, number: str) -> RefundRequest:
    """A refund of what a provider sells or performs. Raises RefundNotFound."""
    found = RefundRequest.objects.select_related(*RELATED).filter(of_provider(provider), number=number).first()
    if found is None:
        raise RefundNotFound
    return found


def refund_by_number(number: str) -> RefundRequest:
    """A refund, for the platform itself. Raises RefundNotFound."""
    found = RefundRequest.objects.select_related(*RELATED).filter(number=number).first()
    if found is None:
        raise RefundNotFound
    return found


def offer_of(refund: RefundRequest, pk: int) -> RefundOffer:
    """An offer of a refund that was reached through its door. Raises RefundNotFound."""
    found = RefundOffer.objects.filter(refund=refund, pk=pk).first()
    if found is None:
        raise RefundNotFound
    return found


def file_for(user: Any, pk: int) -> RefundFile:
    """A piece of evidence, for those who reach the refund. Raises RefundNotFound."""
    found = RefundFile.objects.select_related("refund").filter(pk=pk).first()
    if found is None:
        raise RefundNotFound
    refund_for(user, found.refund.number)
    return found


def open_refund_of(order: Order) -> RefundRequest | None:
    """The refund of an order that is open or on its way, if there is one."""
    return RefundRequest.objects.filter(order=order, state__in=sorted(OPEN | MOVING)).first()


def refunds_of_order(order: Order) -> Any:
    """Every refund of an order, oldest first."""
    return RefundRequest.objects.filter(order=order).select_related("decision", "final", "payback").order_by("pk")


def open_refunds_count(provider: Provider) -> int:
    """How many refunds of a provider's orders are open or on their way."""
    return RefundRequest.objects.filter(provider=provider, state__in=sorted(OPEN | MOVING)).count()


def unanswered_refunds_count(provider: Provider) -> int:
    """How many refunds of what a provider sells or performs wait for its answer (§17(1))."""
    return RefundRequest.objects.filter(UNANSWERED, of_provider(provider)).count()


def replies_due(now: datetime, limit: int) -> list[int]:
    """Refunds that the provider did not answer in its hours (§17(1))."""
    due = RefundRequest.objects.filter(UNANSWERED, reply_due_at__lte=now)
    return list(due.order_by("reply_due_at", "id").values_list("pk", flat=True)[:limit])


def decisions_due(now: datetime, limit: int) -> list[int]:
    """Refunds whose days of negotiation are over (§17(1)): those of the guarantee, and those no operator has yet."""
    due = RefundRequest.objects.filter(
        Q(in_guarantee=True) | Q(state=RefundState.NEGOTIATING),
        state__in=[RefundState.NEGOTIATING, RefundState.ESCALATED],
        decide_due_at__lte=now,
    )
    return list(due.order_by("decide_due_at", "id").values_list("pk", flat=True)[:limit])


def queue() -> Any:
    """Refunds in dispute, the longest waiting first: the arbitration's queue."""
    return (
        RefundRequest.objects.filter(state=RefundState.ESCALATED)
        .select_related("order", "buyer", "provider")
        .order_by("escalated_at", "pk")
    )


def is_arbitrator(user: Any) -> bool:
    """Whether somebody decides refunds for the platform."""
    return bool(user.has_role(Role.ARBITRATION))
