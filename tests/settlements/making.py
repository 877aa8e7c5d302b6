"""Money owed to providers, made as the apps above make it."""

from datetime import datetime
from decimal import Decimal
from itertools import count

from accounts.models import User
from core.acts import Actor, act
from ledger import services as ledger
from ledger.types import FEES, Posting, escrow, gateway, payable
from providers.models import Provider
from settlements import services
from settlements.models import SettlementItem, Statement
from tests.providers.making import Person

serial = count(1)


def number(prefix: str = "O") -> str:
    return f"{prefix}260302-T{next(serial):05d}-0"


@act
def earn(*, provider: Provider, amount: str, fee: str = "0.00", at: datetime, order: str = "") -> str:
    """An order leaves its guarantee: its money goes from escrow to the provider, less the fee."""
    order = order or number()
    gross, part = Decimal(amount), Decimal(fee)
    ledger.post(
        key=f"{order}:paid",
        postings=[Posting(gateway("sandbox"), escrow(order), gross)],
        subject=f"order:{order}",
        now=at,
    )
    postings = [Posting(escrow(order), payable(provider.pk), gross - part)]
    if part:
        postings.append(Posting(escrow(order), FEES, part))
    ledger.post(key=f"{order}:settle", postings=postings, subject=f"order:{order}", now=at)
    services.item_record(provider_id=provider.pk, kind="sale", amount=gross, reference=order, eligible_at=at, now=at)
    if part:
        services.item_record(provider_id=provider.pk, kind="fee", amount=part, reference=order, eligible_at=at, now=at)
    return order


@act
def owe(
    *,
    provider: Provider,
    amount: str,
    at: datetime,
    kind: str = "recovery",
    counter: str = "compensation:platform",
    note: str = "",
) -> SettlementItem:
    """The provider owes something that the platform paid for it."""
    return services.item_record(
        provider_id=provider.pk,
        kind=kind,
        amount=Decimal(amount),
        reference=number("R"),
        eligible_at=at,
        now=at,
        counter_account=counter,
        note=note,
    )


@act
def hold(*, reference: str, reason: str = "refund", cause: str = "R1", at: datetime) -> None:
    services.item_hold(reference=reference, reason=reason, cause=cause, now=at)


@act
def unhold(*, reference: str, reason: str = "refund", cause: str = "R1", at: datetime) -> bool:
    return services.item_unhold(reference=reference, reason=reason, cause=cause, now=at)


def bank(provider: Provider, person: Person, now: datetime) -> None:
    services.payout_account_set(
        provider=provider,
        holder=person.name,
        bank="中国银行北京分行",
        account="6217 0000 1234 5678",
        actor=person.actor,
        now=now,
    )


def to_finance(statement: Statement, person: Person, operations: User, now: datetime) -> Statement:
    """Confirmed by the provider and approved by operations."""
    services.statement_confirm(statement=statement, actor=person.actor, now=now)
    return services.statement_approve_operations(statement=statement, actor=Actor.of(operations), now=now)
