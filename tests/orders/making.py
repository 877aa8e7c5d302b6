"""Orders in every state, made by the acts themselves. Other apps' tests use these too."""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from catalog.models import Product
from ledger.selectors import balance, verify
from ledger.types import escrow, payable
from notifications.models import Message
from orders import services
from orders.models import Order
from payments.models import Payback, PaymentIntent
from payments.selectors import intent_of
from payments.services import payment_receive
from payments.services.paybacks import payback_answered
from payments.types import Answer, MessageState, Movement, Notice, Result
from regulation.models import AuditRecord
from tests.catalog.making import free, make_listed, monthly, one_off
from tests.providers.making import Person, make_person

serial = count(1)
SERVICE, APPLICATION, TOOL = "migration", "analytics", "ci-cd"


def evidence(text: str = "交付记录：已部署并可访问。") -> io.BytesIO:
    """A small text file, as a provider hands in."""
    out = io.BytesIO(text.encode())
    out.name = "evidence.txt"
    return out


def make_shop(now: datetime, slug: str = APPLICATION, **more: Any) -> tuple[Product, Person]:
    """A product on sale with its provider's owner; `plans` may be given."""
    return make_listed(now, slug=slug, **more)


def place(buyer: Person, product: Product, now: datetime, *, quantity: int = 1, code: str | None = None) -> Order:
    plans = product.live_version.plans.order_by("position")
    plan = plans.get(code=code) if code else plans.first()
    return services.order_place(buyer=buyer.user, plan_id=plan.pk, quantity=quantity, actor=buyer.actor, now=now)


def notice(intent: PaymentIntent, at: datetime, **changes: Any) -> Notice:
    n = next(serial)
    said: dict[str, Any] = {
        "notice_id": f"n{n}", "movement": Movement.PAYMENT, "succeeded": True, "number": intent.number,
        "trade": f"t{n}", "amount": intent.amount, "at": at,
    }  # fmt: skip
    return Notice(**(said | changes))


def pay(order: Order, at: datetime, **changes: Any) -> MessageState:
    """What the gateway tells when the buyer has paid."""
    intent = intent_of("order", order.number)
    assert intent is not None
    state = payment_receive(gateway=intent.gateway, notice=notice(intent, at, **changes), now=at)
    order.refresh_from_db()
    return state


def buy(product: Product, now: datetime, *, buyer: Person | None = None, **more: Any) -> tuple[Order, Person]:
    """A paid order, by a buyer made for it unless one is given."""
    buyer = buyer or make_person(now)
    order = place(buyer, product, now, **more)
    if not order.is_free:
        pay(order, now)
    order.refresh_from_db()
    return order, buyer


def deliver_product(order: Order, person: Person, now: datetime) -> Order:
    services.order_deliver(order=order, access="https://app.example.cn 授权码 ABC", actor=person.actor, now=now)
    order.refresh_from_db()
    return order


def hand_in_all(order: Order, person: Person, now: datetime) -> Order:
    """The provider works through every milestone and hands each in."""
    for step in order.milestones.order_by("position"):
        services.milestone_start(milestone=step, actor=person.actor, now=now)
        step.refresh_from_db()
        services.milestone_submit(milestone=step, statement="已完成", files=[evidence()], actor=person.actor, now=now)
    order.refresh_from_db()
    return order


def complete_service(order: Order, person: Person, buyer: Person, now: datetime) -> Order:
    """A service that was worked through and confirmed as a whole."""
    hand_in_all(order, person, now)
    services.order_confirm(order=order, actor=buyer.actor, now=now)
    order.refresh_from_db()
    return order


def gateway_pays_back(reference: str, now: datetime) -> Payback:
    """The gateway says that it has paid back what a refund or compensation asked for."""
    found = Payback.objects.get(reference=reference)
    return payback_answered(number=found.number, answer=Answer(Result.DONE, trade=f"b{found.number}", at=now), now=now)


def in_escrow(order: Order) -> Decimal:
    return balance(escrow(order.number))


def owed(order: Order) -> Decimal:
    return balance(payable(order.provider_id))


def told(user: Any, kind: str) -> int:
    return Message.objects.filter(recipient=user, kind=kind).count()


def trail(subject: str) -> Sequence[str]:
    """The acts on record for a subject, in their order."""
    return list(AuditRecord.objects.filter(subject=subject).order_by("id").values_list("act", flat=True))


def books_fit() -> None:
    assert [str(misfit) for misfit in verify()] == []


__all__ = ["free", "make_person", "monthly", "one_off", "timedelta"]
