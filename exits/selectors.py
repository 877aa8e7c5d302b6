"""Reading exits, their checklist and their orders, and the one door to other people's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Block
from catalog.types import ProductClass
from core.errors import NotAllowed, NotFound
from core.money import ZERO
from core.periods import end_of_year, year_of
from exits.models import Exit, ExitOrder
from exits.reactions import open_matters
from exits.rules import ExitOrderFacts, Fulfilment, SubscriptionFacts
from exits.types import OPEN_EXITS, Choice, ExitState, OrderOutcome
from orders.models import Order
from orders.selectors import (
    fulfilment_of,
    last_warranty_end,
    open_orders_count,
    orders_of_provider_with_money,
    sold_between,
)
from payments.types import Recipient
from providers.models import Provider
from providers.selectors import provider_locked as provider_locked  # the same lock for everybody
from providers.types import ExitKind, ProviderState
from refunds.selectors import open_refunds_count
from regulation import registry
from regulation.selectors import rulebook_at
from regulation.types import Decision, Text
from settlements.selectors import payable_free, payout_account

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be done before a provider has left: whether it is, how many are open, and where to look."""

    key: str
    clause: str
    title: Text
    open: int
    link: str = ""

    @property
    def done(self) -> bool:
        return not self.open


def exit_locked(pk: int) -> Exit:
    """The exit under its row lock."""
    return Exit.objects.select_for_update(of=("self",), no_key=True).select_related("provider", "decision").get(pk=pk)


def provider_id_of(pk: int) -> int:
    """Whose exit it is, before anything is locked."""
    return Exit.objects.values_list("provider_id", flat=True).get(pk=pk)


def exit_order_locked(pk: int) -> ExitOrder:
    """The order of an exit under its row lock."""
    rows = ExitOrder.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("exit__provider", "order__buyer", "order__provider").get(pk=pk)


def open_exit_of(provider: Provider) -> Exit | None:
    """The exit of a provider that is not settled, declined or withdrawn, or None."""
    return Exit.objects.filter(provider=provider, state__in=OPEN_EXITS).select_related("decision").first()


def clearance_of(provider: Provider) -> Exit | None:
    """The clearance of a provider that was proposed, confirmed or carried out, under lock, or None (§24)."""
    states = [ExitState.PROPOSED, ExitState.EXECUTING, ExitState.SETTLED]
    rows = Exit.objects.filter(provider=provider, kind=ExitKind.CLEARED_OUT, state__in=states)
    return rows.select_for_update(of=("self",), no_key=True).select_related("provider", "decision").last()


def exits_of(provider: Provider) -> QuerySet[Exit]:
    """Every exit of a provider, latest first."""
    return Exit.objects.filter(provider=provider).order_by("-opened_at", "-id")


def exit_orders_of(exit_: Exit) -> QuerySet[ExitOrder]:
    """What becomes of each order of an exit, those that wait first (§26)."""
    return exit_.orders.select_related("order").order_by("settled_at", "id")


def exit_of_provider(provider: Provider, number: str) -> Exit:
    """An exit of this provider. Raises NotFound for any other's."""
    found = exits_of(provider).filter(number=number).first()
    if found is None:
        raise NotFound("no such exit")
    return found


def exit_order_of_buyer(user: Any, number: str) -> ExitOrder:
    """What an exit means for a buyer's order. Raises NotFound where there is none, or it is somebody else's."""
    rows = ExitOrder.objects.filter(order__number=number, order__buyer=user, exit__state__in=[*OPEN_EXITS, "settled"])
    rows = rows.select_related("exit", "order")
    found = rows.order_by("-id").first()
    if found is None:
        raise NotFound("no such order")
    return found


def orders_with_money(provider: Provider) -> Iterator[Order]:
    """The paid orders of a provider that are not refunded in full, in batches, with their buyers."""
    after = 0
    while keys := orders_of_provider_with_money(provider, after, BATCH):
        yield from Order.objects.filter(pk__in=keys).select_related("buyer").order_by("pk")
        after = keys[-1]


def is_running_subscription(order: Order, now: datetime) -> bool:
    """Whether a paid term is delivered and not over: its buyer chooses (§24, §26(1))."""
    delivered = order.delivered_at is not None and order.term_starts_at is not None
    return delivered and order.term_ends_at is not None and now < order.term_ends_at


def order_decided(row: ExitOrder) -> tuple[ExitOrderFacts, Decision]:
    """What becomes of an order that is no running subscription, by the rulebook of when the exit was opened (§26)."""
    order = row.order
    assert order.paid_at is not None
    facts = ExitOrderFacts(
        product_class=ProductClass(order.product_class),
        paid_at=order.paid_at,
        fulfilment=Fulfilment(fulfilment_of(order)),
        amount=order.amount,
        refunded=order.refunded + order.compensated,
    )
    return facts, registry.decide("exit.order", facts, rulebook_at(row.exit.opened_at))


def subscription_decided(row: ExitOrder, now: datetime) -> tuple[SubscriptionFacts, Decision]:
    """What becomes of a running subscription, as its buyer has chosen until now (§24, §26(1)).

    What a compensation has paid counts as paid back already. The rulebook is that of when the buyer was asked.
    """
    order = row.order
    assert order.term_starts_at is not None
    assert order.term_ends_at is not None
    facts = SubscriptionFacts(
        leaving_at=row.begun_at,
        choice=Choice(row.choice) if row.choice else None,
        at=now,
        term_starts_at=order.term_starts_at,
        term_ends_at=order.term_ends_at,
        amount=order.amount,
        refunded=order.refunded + order.compensated,
    )
    return facts, registry.decide("exit.subscription", facts, rulebook_at(row.begun_at))


def checklist(exit_: Exit, now: datetime) -> list[Item]:
    """What has to be done before this provider has left (§22, §23, §26), each with how many are open."""
    provider = exit_.provider
    waiting = exit_.orders.filter(outcome=OrderOutcome.WAITING).count()
    items = [
        Item(
            "cases",
            "19",
            Text("没有未结的投诉和案件", "No complaint or case is open"),
            open_matters(provider) if exit_.state == ExitState.PREPARING else 0,
            "/console/standing/",
        ),
        Item(
            "refunds",
            "17",
            Text("退款全部处理完", "No refund is open"),
            open_refunds_count(provider),
            "/console/refunds/",
        ),
        Item("orders", "26(1)", Text("订单逐一处理", "Every order is settled"), waiting, "/console/orders/"),
    ]
    if exit_.state == ExitState.PREPARING:
        items.insert(
            0,
            Item(
                "work",
                "23",
                Text("在途服务全部完成", "No work is unfinished"),
                open_orders_count(provider),
                "/console/orders/",
            ),
        )
        owed = int(payable_free(provider.pk) > ZERO)
        items.append(
            Item(
                "statement", "11(1)1", Text("应收款项已结清", "What is owed was paid out"), owed, "/console/statements/"
            )
        )
    return items


def last_duty_end(exit_: Exit, now: datetime) -> datetime:
    """When the last warranty of a provider's orders ends; now where none runs (§11(3))."""
    ends = last_warranty_end(exit_.provider)
    return max(ends, now) if ends is not None else now


def deposit_may_return(exit_: Exit, now: datetime) -> bool:
    """Whether the last warranty has ended and nothing is open against the provider (§9(6)1)."""
    return (
        last_duty_end(exit_, now) <= now and not open_refunds_count(exit_.provider) and not open_matters(exit_.provider)
    )


def payout_recipient(provider: Provider) -> Recipient:
    """To which account a provider's money goes. Raises NotAllowed where none is on file."""
    account = payout_account(provider.pk)
    if account is None:
        raise NotAllowed(_("The provider has no payout account on file: the deposit cannot be returned yet."))
    return Recipient(name=account.holder, account=account.account, bank=account.bank)


def exits_completable(now: datetime, limit: int) -> list[int]:
    """Exits that may be complete: the act looks at the checklist again (§22, §23, §26)."""
    rows = Exit.objects.filter(state__in=[ExitState.PREPARING, ExitState.EXECUTING]).order_by("opened_at", "id")
    return [row.pk for row in rows.select_related("provider")[:limit] if all(item.done for item in checklist(row, now))]


def exit_orders_due(now: datetime, limit: int) -> list[int]:
    """Orders of exits that wait, and whose buyer's time to choose is over (§26(1))."""
    rows = ExitOrder.objects.filter(outcome=OrderOutcome.WAITING, exit__state__in=OPEN_EXITS)
    rows = rows.exclude(choice_due_at__gt=now)
    return list(rows.order_by("id").values_list("pk", flat=True)[:limit])


def deposits_due(now: datetime, limit: int) -> list[int]:
    """Exits whose deposit may go back now (§9(6)1)."""
    rows = Exit.objects.filter(state=ExitState.LEFT, deposit_due_at__isnull=False).exclude(kind="cleared_out")
    return [
        row.pk
        for row in rows.order_by("deposit_due_at", "id").select_related("provider")[:limit]
        if deposit_may_return(row, now)
    ]


def clearances_waiting() -> QuerySet[Exit]:
    """Clearances that wait for a second operator, the oldest first (§20(4), §24)."""
    return Exit.objects.filter(state=ExitState.PROPOSED).select_related("provider").order_by("opened_at", "id")


def block_reference(block_id: int) -> str:
    """What names the clearance of a blacklisted account."""
    return f"block:{block_id}"


def share_reference(provider_id: int, year: int) -> str:
    """What names the clearance proposed for a year's cloud share."""
    return f"cloud-share:{provider_id}:{year}"


def _stays() -> QuerySet[Provider]:
    """Providers in the market without an open exit."""
    leaving = Exit.objects.filter(provider=OuterRef("pk"), state__in=OPEN_EXITS)
    return Provider.objects.filter(~Exists(leaving), state=ProviderState.ACTIVE)


def blacklisted(now: datetime, limit: int) -> list[int]:
    """Blocks of accounts that own a provider in the market, one an account, not acted on yet (§24(3))."""
    owners = _stays().values("owner")
    blocks = Block.objects.filter(user__in=owners, lifted_at__isnull=True, placed_at__lte=now)
    first = dict(blocks.order_by("-pk").values_list("user", "pk"))
    known = set(
        Exit.objects.filter(reference__in=[block_reference(pk) for pk in first.values()]).values_list(
            "reference", flat=True
        )
    )
    return sorted(pk for pk in first.values() if block_reference(pk) not in known)[:limit]


def provider_of_block(block_id: int) -> Provider | None:
    """The provider in the market that a blocked account owns, under its row lock; None where the block was lifted."""
    block = Block.objects.filter(pk=block_id, lifted_at__isnull=True).first()
    found = _stays().filter(owner=block.user_id).first() if block else None
    return provider_locked(found.pk) if found else None


def _year_span(year: int) -> tuple[datetime, datetime]:
    return end_of_year(year - 1), end_of_year(year)


def cloud_share_of(provider_id: int, year: int) -> tuple[int, int]:
    """How many products a provider sold in a natural year, and how many of them run on the cloud (§24(5))."""
    return sold_between(*_year_span(year), [provider_id]).get(provider_id, (0, 0))


def cloud_shares_low(now: datetime, limit: int) -> list[str]:
    """Providers whose cloud share of the last natural year is too small, not acted on yet, as `provider:year`
    (§24(5)).
    """
    year = year_of(now) - 1
    starts, ends = _year_span(year)
    least = rulebook_at(ends - timedelta(seconds=1)).parameter("exit.cloud_share_percent")
    sold = sold_between(starts, ends)
    low = [pk for pk, (all_, on_cloud) in sold.items() if on_cloud * 100 < all_ * least]
    known = set(
        Exit.objects.filter(reference__in=[share_reference(pk, year) for pk in low]).values_list("reference", flat=True)
    )
    stay = set(_stays().filter(pk__in=low).values_list("pk", flat=True))
    return [f"{pk}:{year}" for pk in sorted(stay) if share_reference(pk, year) not in known][:limit]
