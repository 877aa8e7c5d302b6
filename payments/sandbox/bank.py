"""What the sandbox gateway does with money: its own books, and what it tells the merchant.

It stands for the outside world, so it knows nothing of our tables: only the numbers, amounts and addresses it was
given.
"""

import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from core.outbox import outbox_put
from core.periods import start_of_day
from payments.sandbox.models import SandboxCapture, SandboxRefund, SandboxTrade, SandboxTransfer

NOTICE_TOPIC = "sandbox.notice"
SETTLE_TOPIC = "sandbox.settle"
APP_ID = "sandbox-merchant"
TRANSFER_DELAY = timedelta(minutes=45)
LATE_NOTICE = timedelta(minutes=5)
# Bank accounts that end so are closed: a tester sees a payout refused.
CLOSED_ACCOUNT = "0000"


class Refused(Exception):
    """What the gateway will not do, and why."""


def _trade_no(now: datetime) -> str:
    return f"{now:%Y%m%d}{secrets.randbelow(10**16):016d}"


def notice_put(
    *,
    url: str,
    kind: str,
    number: str,
    trade: str,
    amount: Decimal,
    at: datetime,
    now: datetime,
    due_at: datetime | None = None,
    request_number: str = "",
    succeeded: bool = True,
    reason: str = "",
    times: int = 1,
    forged: bool = False,
) -> None:
    """Queue a message to the merchant. It is signed when it leaves; `times` tells the very same message more than
    once.
    """
    notify_id = secrets.token_hex(16)
    params = {
        "notify_id": notify_id,
        "notify_type": kind,
        "app_id": APP_ID,
        "out_trade_no": number,
        "out_request_no": request_number,
        "trade_no": trade,
        "amount": f"{amount:.2f}",
        "at": at.isoformat(),
        "status": "SUCCESS" if succeeded else "FAIL",
        "reason": reason,
    }
    for turn in range(times):
        outbox_put(
            topic=NOTICE_TOPIC,
            payload={"url": url, "params": params, "forged": forged},
            key=f"sandbox:{notify_id}:{turn}",
            now=now,
            due_at=due_at,
        )


@transaction.atomic
def trade_create(*, number: str, amount: Decimal, title: str, notify_url: str, return_url: str, now: datetime) -> str:
    """A payment to be made; the token of its page. The same number gives the same page. Raises Refused."""
    trade, _made = SandboxTrade.objects.get_or_create(
        merchant_number=number,
        defaults={
            "token": secrets.token_urlsafe(32),
            "amount": amount,
            "title": title,
            "notify_url": notify_url,
            "return_url": return_url,
            "created_at": now,
        },
    )
    if trade.amount != amount:
        raise Refused("the amount of this number is another")
    return trade.token


def capture(trade: SandboxTrade, amount: Decimal, now: datetime) -> SandboxCapture:
    """Take the payer's money."""
    taken = SandboxCapture.objects.create(trade=trade, trade_no=_trade_no(now), amount=amount, paid_at=now)
    trade.status = SandboxTrade.Status.PAID
    trade.save(update_fields=["status"])
    return taken


def _tell(taken: SandboxCapture, now: datetime, **how: Any) -> None:
    notice_put(
        url=taken.trade.notify_url,
        kind="payment",
        number=taken.trade.merchant_number,
        trade=taken.trade_no,
        amount=taken.amount,
        at=taken.paid_at,
        now=now,
        **how,
    )


def _pay(trade: SandboxTrade, now: datetime) -> None:
    _tell(capture(trade, trade.amount, now), now)


def _fail(trade: SandboxTrade, now: datetime) -> None:
    notice_put(
        url=trade.notify_url,
        kind="payment",
        number=trade.merchant_number,
        trade=_trade_no(now),
        amount=trade.amount,
        at=now,
        now=now,
        succeeded=False,
        reason="the card was declined",
    )


def _transfer(trade: SandboxTrade, now: datetime) -> None:
    trade.status = SandboxTrade.Status.SETTLING
    trade.save(update_fields=["status"])
    outbox_put(
        topic=SETTLE_TOPIC,
        payload={"trade": trade.pk},
        key=f"sandbox:settle:{trade.pk}",
        now=now,
        due_at=now + TRANSFER_DELAY,
    )


def _tell_late(trade: SandboxTrade, now: datetime) -> None:
    _tell(capture(trade, trade.amount, now), now, due_at=now + LATE_NOTICE)


def _too_little(trade: SandboxTrade, now: datetime) -> None:
    _tell(capture(trade, max(trade.amount - 1, Decimal("0.01")), now), now)


def _too_much(trade: SandboxTrade, now: datetime) -> None:
    _tell(capture(trade, trade.amount + 1, now), now)


def _twice(trade: SandboxTrade, now: datetime) -> None:
    _pay(trade, now)
    _pay(trade, now)


def _tell_often(trade: SandboxTrade, now: datetime) -> None:
    _tell(capture(trade, trade.amount, now), now, times=3)


def _forge(trade: SandboxTrade, now: datetime) -> None:
    notice_put(
        url=trade.notify_url,
        kind="payment",
        number=trade.merchant_number,
        trade=_trade_no(now),
        amount=trade.amount,
        at=now,
        now=now,
        forged=True,
    )


def _return_first(trade: SandboxTrade, now: datetime) -> None:
    """The gateway takes the money, gives it back at once, and tells of the second before the first."""
    taken = capture(trade, trade.amount, now)
    back = SandboxRefund.objects.create(
        capture=taken,
        request_number=f"gateway-{taken.trade_no}",
        trade_no=_trade_no(now),
        amount=taken.amount,
        done_at=now,
    )
    SandboxCapture.objects.filter(pk=taken.pk).update(refunded=F("amount"))
    _tell_refund(back, now)
    _tell(taken, now, due_at=now + timedelta(seconds=5))


# What a tester can choose on the pay page.
OUTCOMES = {
    "pay": _pay,
    "fail": _fail,
    "transfer": _transfer,
    "tell_late": _tell_late,
    "too_little": _too_little,
    "too_much": _too_much,
    "twice": _twice,
    "tell_often": _tell_often,
    "forge": _forge,
    "return_first": _return_first,
}


@transaction.atomic
def trade_play(*, token: str, outcome: str, now: datetime) -> SandboxTrade:
    """Do what the tester chose. Raises Refused for a payment that no longer waits, SandboxTrade.DoesNotExist."""
    trade = SandboxTrade.objects.select_for_update().get(token=token)
    if trade.status != SandboxTrade.Status.WAITING:
        raise Refused("this payment no longer waits for its payer")
    OUTCOMES[outcome](trade, now)
    return trade


@transaction.atomic
def trade_settle(trade_id: int, now: datetime) -> None:
    """A bank transfer arrives, whether or not the merchant still wants it."""
    trade = SandboxTrade.objects.select_for_update().get(pk=trade_id)
    if trade.status == SandboxTrade.Status.SETTLING:
        _pay(trade, now)


@transaction.atomic
def trade_close(number: str) -> None:
    """Take no money any more; a bank transfer under way cannot be stopped."""
    SandboxTrade.objects.filter(merchant_number=number, status=SandboxTrade.Status.WAITING).update(
        status=SandboxTrade.Status.CLOSED
    )


def trade_query(number: str) -> dict[str, str]:
    """How a payment stands."""
    trade = SandboxTrade.objects.filter(merchant_number=number).first()
    if trade is None:
        return {"status": "unknown"}
    if trade.status != SandboxTrade.Status.PAID:
        waiting = trade.status in {SandboxTrade.Status.WAITING, SandboxTrade.Status.SETTLING}
        return {"status": "waiting" if waiting else "closed"}
    taken = trade.captures.order_by("id")[0]
    return {
        "status": "paid",
        "trade_no": taken.trade_no,
        "amount": f"{taken.amount:.2f}",
        "at": taken.paid_at.isoformat(),
    }


def _tell_refund(refund: SandboxRefund, now: datetime) -> None:
    notice_put(
        url=refund.capture.trade.notify_url,
        kind="payback",
        number=refund.capture.trade.merchant_number,
        trade=refund.trade_no,
        request_number=refund.request_number,
        amount=refund.amount,
        at=refund.done_at,
        now=now,
    )


@transaction.atomic
def refund(*, trade: str, request_number: str, amount: Decimal, now: datetime) -> SandboxRefund:
    """Give a payment back, whole or in part, and tell so; the same request again does nothing more. Raises
    Refused.
    """
    known = SandboxRefund.objects.filter(request_number=request_number).first()
    if known is not None:
        return known
    taken = SandboxCapture.objects.select_for_update().filter(trade_no=trade).first()
    if taken is None:
        raise Refused("there is no such payment")
    if taken.refunded + amount > taken.amount:
        raise Refused("more than is left of this payment")
    SandboxCapture.objects.filter(pk=taken.pk).update(refunded=F("refunded") + amount)
    made = SandboxRefund.objects.create(
        capture=taken, request_number=request_number, trade_no=_trade_no(now), amount=amount, done_at=now
    )
    _tell_refund(made, now)
    return made


@transaction.atomic
def transfer(*, request_number: str, account: str, amount: Decimal, notify_url: str, now: datetime) -> SandboxTransfer:
    """Send money to a bank account, and tell so; the same request again does nothing more. Raises Refused."""
    known = SandboxTransfer.objects.filter(request_number=request_number).first()
    if known is not None:
        return known
    if account.endswith(CLOSED_ACCOUNT):
        raise Refused("the bank account is closed")
    made = SandboxTransfer.objects.create(
        request_number=request_number, trade_no=_trade_no(now), account=account, amount=amount, done_at=now
    )
    notice_put(
        url=notify_url,
        kind="payout",
        number="",
        trade=made.trade_no,
        request_number=request_number,
        amount=amount,
        at=now,
        now=now,
    )
    return made


def statement_rows(day: date) -> Iterator[tuple[str, str, str, str, str]]:
    """Every movement of a Beijing day: movement, trade number, the merchant's number, amount, instant."""
    span = (start_of_day(day), start_of_day(day + timedelta(days=1)))
    captures = SandboxCapture.objects.filter(paid_at__gte=span[0], paid_at__lt=span[1]).select_related("trade")
    for taken in captures.order_by("id").iterator():
        yield "payment", taken.trade_no, taken.trade.merchant_number, f"{taken.amount:.2f}", taken.paid_at.isoformat()
    for kind, model in (("payback", SandboxRefund), ("payout", SandboxTransfer)):
        rows = model.objects.filter(done_at__gte=span[0], done_at__lt=span[1])
        for row in rows.order_by("id").iterator():
            yield kind, row.trade_no, row.request_number, f"{row.amount:.2f}", row.done_at.isoformat()
