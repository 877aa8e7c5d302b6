"""Lists of orders: for buyers, for providers, for the platform."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from core.pages import Page, capped_count, keyset_page
from orders.models import Order
from orders.selectors.waiting import waiting_for, work_due
from orders.types import OrderFilters, OrderLine, OrderState, Side
from providers.models import Provider
from providers.selectors import store_cards
from regulation.types import Text

SIZE = 20
OPEN = "open"


def orders_of_buyer(
    user: Any, filters: OrderFilters | None = None, *, cursor: str | None = None, size: int = SIZE, now: datetime
) -> Page:
    """Somebody's orders as lines, newest first: two queries however many there are."""
    found = Order.objects.filter(buyer=user)
    return _lines(_filtered(found, filters or OrderFilters(), Side.BUYER), cursor, size, now, Side.BUYER)


def orders_of_provider(
    provider: Provider,
    filters: OrderFilters | None = None,
    *,
    cursor: str | None = None,
    size: int = SIZE,
    now: datetime,
) -> Page:
    """The paid orders that a provider sells or performs as lines, newest first: two queries however many there are."""
    found = Order.objects.filter(Q(provider=provider) | Q(performer=provider)).exclude(
        state__in=[OrderState.PLACED, OrderState.CANCELLED]
    )
    return _lines(_filtered(found, filters or OrderFilters(), Side.PROVIDER), cursor, size, now, Side.PROVIDER)


def _filtered(found: "QuerySet[Order]", filters: OrderFilters, side: Side) -> "QuerySet[Order]":
    if filters.state == OPEN:
        found = found.filter(state__in=[OrderState.PLACED, OrderState.PAID, OrderState.IN_SERVICE])
    elif filters.state in set(OrderState):
        found = found.filter(state=filters.state)
    if filters.product_class:
        found = found.filter(product_class=filters.product_class)
    text = filters.text.strip()
    if text:
        found = found.filter(Q(number__iexact=text) | Q(title_zh__icontains=text) | Q(title_en__icontains=text))
    if filters.attention:
        found = found.filter(attention(side))
    return found


def attention(side: Side) -> Q:
    """Orders on which this side has to do something next."""
    if side == Side.BUYER:
        return Q(state=OrderState.PLACED) | Q(state=OrderState.IN_SERVICE, awaiting_since__isnull=False)
    service = Q(state=OrderState.IN_SERVICE, product_class="service", awaiting_since__isnull=True)
    return Q(held=False) & (Q(state=OrderState.PAID) | service)


def _lines(found: "QuerySet[Order]", cursor: str | None, size: int, now: datetime, reader: Side) -> Page:
    rows = found.select_related("buyer", "product").defer("terms")
    page = keyset_page(rows, order_by=["-id"], cursor=cursor, size=size)
    stores = store_cards({order.provider_id for order in page.items})
    due = work_due(page.items)
    items = [line_of(one, stores.get(one.provider_id), now, reader, due.get(one.pk)) for one in page.items]
    return Page(items, page.next_cursor, page.previous_cursor)


def line_of(
    order: Order, store: Any, now: datetime, reader: str = "", work_due_at: datetime | None = None
) -> OrderLine:
    """An order as a list draws it for readers of one side, without a query; `work_due_at` as `work_due` found it."""
    return OrderLine(
        number=order.number,
        title=Text(order.title_zh, order.title_en or order.title_zh),
        plan=Text(order.plan_name_zh, order.plan_name_en or order.plan_name_zh),
        state=str(order.state),
        product_class=order.product_class,
        quantity=order.quantity,
        amount=order.amount,
        refunded=order.refunded,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        store=Text(store.name_zh, store.name_en) if store else Text("", ""),
        buyer=str(order.buyer),
        waiting=waiting_for(order, now, reader, work_due_at),
        held=order.held,
        cover_version_id=order.version_id,
        product_slug=order.product.slug,
    )


def order_counts_of_buyer(user: Any) -> dict[str, int]:
    """How many orders stand behind each tab, counted to the cap: `attention`, `open`, `all`."""
    return _counts(Order.objects.filter(buyer=user), Side.BUYER)


def order_counts_of_provider(provider: Provider) -> dict[str, int]:
    """How many orders stand behind each tab, counted to the cap: `attention`, `open`, `all`."""
    mine = Order.objects.filter(Q(provider=provider) | Q(performer=provider)).exclude(
        state__in=[OrderState.PLACED, OrderState.CANCELLED]
    )
    return _counts(mine, Side.PROVIDER)


def _counts(mine: "QuerySet[Order]", side: Side) -> dict[str, int]:
    return {
        "attention": capped_count(mine.filter(attention(side)))[0],
        OPEN: capped_count(_filtered(mine, OrderFilters(state=OPEN), side))[0],
        "all": capped_count(mine)[0],
    }
