"""The one door to orders and what belongs to them."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.types import SEE_TRADE
from core.acts import require_transaction
from core.errors import NotFound
from orders.models import DeductionOffer, Invoice, Order, OrderFile, OrderMilestone, Review, WarrantyClaim
from orders.types import OrderState
from providers.models import Provider, StaffMember
from providers.types import Permission, may
from regulation.types import Text

RELATED = ("buyer", "provider", "performer", "product", "provider__store")


class OrderNotFound(NotFound):
    """There is no such order, or it is somebody else's."""

    code = "order_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such order."))


def team_permissions(order: Order, user: Any) -> frozenset[str]:
    """What somebody may do on an order for whoever sells or performs it; nothing for strangers. One query."""
    sides = {order.provider_id, order.performer_id}
    roles = set(
        StaffMember.objects.filter(user=user, provider__in=sides, left_at__isnull=True).values_list("role", flat=True)
    )
    return frozenset(str(permission) for permission in Permission if any(may(role, permission) for role in roles))


def is_reader(user: Any) -> bool:
    """Whether somebody looks at what was bought and sold for the platform: on the desk, and through the API."""
    return any(user.has_role(role) for role in SEE_TRADE)


def _reachable(user: Any) -> Q:
    if is_reader(user):
        return Q()
    mine = StaffMember.objects.filter(user=user, left_at__isnull=True).values("provider")
    return Q(buyer=user) | Q(provider__in=mine) | Q(performer__in=mine)


def order_for(user: Any, number: str) -> Order:
    """An order for its buyer, the team of whoever sells or performs it, or an operator. Raises OrderNotFound for
    others.
    """
    found = Order.objects.select_related(*RELATED).filter(_reachable(user), number=number).first()
    if found is None:
        raise OrderNotFound
    return found


def order_of_buyer(user: Any, number: str) -> Order:
    """One of somebody's own orders. Raises OrderNotFound."""
    found = Order.objects.select_related(*RELATED).filter(buyer=user, number=number).first()
    if found is None:
        raise OrderNotFound
    return found


def unpaid_of_plan(*, buyer: Any, plan_id: int, now: datetime) -> Order | None:
    """Somebody's order of a plan that still waits for its payment, the latest; a renewal is none."""
    waiting = Order.objects.filter(buyer=buyer, plan_id=plan_id, state=OrderState.PLACED, renews=None)
    return waiting.filter(pay_due_at__gt=now).order_by("-id").first()


def title_of(number: str) -> Text:
    """What an order is for, as its product was called when it was placed."""
    zh, en = Order.objects.values_list("title_zh", "title_en").get(number=number)
    return Text(zh, en or zh)


def order_of_provider(provider: Provider, number: str) -> Order:
    """An order that a provider sells or performs. Raises OrderNotFound."""
    own = Q(provider=provider) | Q(performer=provider)
    found = Order.objects.select_related(*RELATED).filter(own, number=number).first()
    if found is None:
        raise OrderNotFound
    return found


def order_by_number(number: str) -> Order:
    """An order, for the platform itself. Raises OrderNotFound."""
    found = Order.objects.select_related(*RELATED).filter(number=number).first()
    if found is None:
        raise OrderNotFound
    return found


def order_by_pk(pk: int) -> Order:
    """An order, for the platform itself. Raises OrderNotFound."""
    found = Order.objects.select_related(*RELATED).filter(pk=pk).first()
    if found is None:
        raise OrderNotFound
    return found


def order_locked(pk: int) -> Order:
    """An order's row, locked until the act ends. Raises OrderNotFound."""
    require_transaction()
    order = Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if order is None:
        raise OrderNotFound
    return order


def _part(queryset: "QuerySet[Any]", order: Order, pk: int) -> Any:
    found = queryset.filter(order=order, pk=pk).first()
    if found is None:
        raise OrderNotFound
    return found


def milestone_of(order: Order, pk: int) -> OrderMilestone:
    """A milestone of an order that was reached through its door. Raises OrderNotFound."""
    found: OrderMilestone = _part(OrderMilestone.objects.all(), order, pk)
    return found


def offer_of(order: Order, pk: int) -> DeductionOffer:
    """A deduction offer of an order. Raises OrderNotFound."""
    found: DeductionOffer = _part(DeductionOffer.objects.all(), order, pk)
    return found


def claim_of(order: Order, pk: int) -> WarrantyClaim:
    """A claim of an order. Raises OrderNotFound."""
    found: WarrantyClaim = _part(WarrantyClaim.objects.all(), order, pk)
    return found


def invoice_of(order: Order, pk: int) -> Invoice:
    """An invoice of an order. Raises OrderNotFound."""
    found: Invoice = _part(Invoice.objects.all(), order, pk)
    return found


def review_of(order: Order) -> Review | None:
    """The review of an order with what was added to it."""
    return Review.objects.select_related("follow_up", "reply").filter(order=order).first()


def file_for(user: Any, pk: int) -> OrderFile:
    """A file of an order, for those who reach the order; invoices of the platform's own business are not the buyer's.

    Of the provider's team those who work on orders see it, and invoices those who work on invoices. Raises
    OrderNotFound for others.
    """
    found = OrderFile.objects.select_related("order").filter(pk=pk).first()
    if found is None:
        raise OrderNotFound
    order = order_for(user, found.order.number)
    of_invoice = found.place.startswith("invoice:")
    if user.pk != order.buyer_id and not is_reader(user):
        needed = Permission.INVOICES if of_invoice else Permission.ORDERS
        if needed not in team_permissions(order, user):
            raise OrderNotFound
    if of_invoice and user.pk == order.buyer_id:
        invoice = Invoice.objects.filter(pk=int(found.place.partition(":")[2])).first()
        if invoice is None or invoice.recipient != "buyer":
            raise OrderNotFound
    return found
