"""A shop with one thing to pay for, and the outside world reached through the test client instead of a socket."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.services import account_create, operator_appoint
from core import outbox
from core.acts import SYSTEM, Actor
from core.errors import NotAllowed
from core.outbox import OutboxMessage
from ledger.selectors import balance, verify
from ledger.types import escrow
from payments import purposes, services
from payments.gateways import GatewayUnreachable, transport
from payments.models import PaymentIntent
from payments.sandbox.models import SandboxTrade
from payments.types import Movement, Notice

PASSWORD = "correct horse 42"
PURPOSE = "test"


@dataclass
class Shop:
    """What the thing that is paid for was told."""

    paid: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    paid_back: list[str] = field(default_factory=list)
    paid_out: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    refuses: Exception | None = None

    def on_paid(self, intent: PaymentIntent, now: datetime) -> None:
        if self.refuses:
            raise self.refuses
        self.paid.append(intent.reference)

    def sold_out(self) -> None:
        self.refuses = NotAllowed("sold out")


@pytest.fixture
def cashier(db: None, now: datetime) -> Actor:
    """An operator of finance."""
    user = account_create(email="cashier@example.com", password=PASSWORD, display_name="财务", now=now)
    operator_appoint(user=user, roles=["finance"], actor=SYSTEM, now=now)
    return Actor.of(User.objects.get(pk=user.pk))


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Takes payments into an escrow account for each reference."""
    kept = Shop()
    monkeypatch.setitem(
        purposes._purposes,
        PURPOSE,
        purposes.Purpose(
            PURPOSE,
            destination=escrow,
            link=lambda reference: f"/orders/{reference}/",
            on_paid=kept.on_paid,
            on_closed=lambda intent, now: kept.closed.append(intent.reference),
            on_payback_done=lambda payback, now: kept.paid_back.append(payback.reference),
            on_payout_done=lambda payout, now: kept.paid_out.append(payout.reference),
            on_payout_returned=lambda payout, now: kept.returned.append(payout.reference),
        ),
    )
    return kept


@pytest.fixture
def payer(db: None, now: datetime) -> User:
    return account_create(email="zhang@example.com", password=PASSWORD, display_name="张三", now=now)


@pytest.fixture
def stranger(db: None, now: datetime) -> User:
    return account_create(email="li@example.com", password=PASSWORD, display_name="李四", now=now)


@pytest.fixture
def ask(shop: Shop, payer: User, now: datetime) -> Callable[..., PaymentIntent]:
    """Ask the payer for a payment that expires in half an hour."""

    def run(reference: str = "1", amount: str = "1200.00") -> PaymentIntent:
        with transaction.atomic():
            return services.intent_open(
                purpose=PURPOSE,
                reference=reference,
                amount=Decimal(amount),
                payer=payer,
                title="云防火墙 标准版",
                now=now,
                expires_at=now + timedelta(minutes=30),
            )

    return run


@pytest.fixture
def intent(ask: Callable[..., PaymentIntent]) -> PaymentIntent:
    return ask()


def form(client: Client, url: str, fields: dict[str, str]) -> HttpResponse:
    """Post a form as gateways do."""
    return client.post(url, urlencode(fields), content_type="application/x-www-form-urlencoded")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, settings: object) -> SimpleNamespace:
    """HTTP to our own addresses goes through the test client; `world.down = True` cuts the line."""
    state = SimpleNamespace(down=False, posts=[])
    client = Client()

    def path(url: str) -> str:
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def post(url: str, fields: dict[str, str]) -> transport.Reply:
        if state.down:
            raise GatewayUnreachable(url)
        found = form(client, path(url), dict(fields))
        state.posts.append((url, found.status_code))
        return transport.Reply(found.status_code, found.content.decode())

    def get(url: str) -> transport.Reply:
        if state.down:
            raise GatewayUnreachable(url)
        found = client.get(path(url))
        body = b"".join(found.streaming_content) if found.streaming else found.content
        return transport.Reply(found.status_code, body.decode())

    monkeypatch.setattr(transport, "post", post)
    monkeypatch.setattr(transport, "get", get)
    return state


@pytest.fixture
def till(world: SimpleNamespace, clock: object, payer: User) -> Callable[..., SandboxTrade]:
    """The payer goes from our pay page to the gateway's and chooses an outcome there."""

    def run(intent: PaymentIntent, outcome: str = "pay") -> SandboxTrade:
        browser = Client()
        browser.force_login(payer)
        there = browser.get(f"/pay/{intent.number}/gateway/")
        entered = browser.get(path_of(there["Location"]))
        page = path_of(entered["Location"])
        assert browser.get(page).status_code == 200
        browser.post(page, {"outcome": outcome})
        return SandboxTrade.objects.get(merchant_number=intent.number)

    return run


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.fixture
def deliver_all(world: SimpleNamespace) -> Callable[[datetime], None]:
    """Deliver until nothing is due any more: the gateway's answers to our orders included."""

    def run(now: datetime) -> None:
        for _turn in range(10):
            if not outbox.dispatch(now):
                return
        raise AssertionError(f"still due: {OutboxMessage.objects.filter(state='waiting')}")

    return run


def notice(intent: PaymentIntent, at: datetime, **changes: object) -> Notice:
    """What the gateway says when the payment was made."""
    said: dict[str, object] = {
        "notice_id": f"n-{intent.number}",
        "movement": Movement.PAYMENT,
        "succeeded": True,
        "number": intent.number,
        "trade": f"t-{intent.number}",
        "amount": intent.amount,
        "at": at,
    }
    return Notice(**(said | changes))  # type: ignore[arg-type]


def held(reference: str = "1") -> Decimal:
    return balance(escrow(reference))


def gateway_net() -> Decimal:
    """What has come in through the gateway and not gone out again."""
    return -balance("gateway:sandbox")


def books_fit() -> None:
    assert [str(misfit) for misfit in verify()] == []
