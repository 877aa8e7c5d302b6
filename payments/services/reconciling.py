"""Comparing a gateway's statement of a day with the books."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from core.money import ZERO
from core.periods import start_of_day
from ledger.selectors import movements_by_key
from ledger.types import gateway as gateway_account
from payments.models import Difference, Payback, PaymentIntent, Payout, Reconciliation, StrayPayment
from payments.services.operators import require_operator
from payments.types import DifferenceKind, Movement, StatementDay, StatementLine
from regulation.services import audit_record

BATCH = 2000


@dataclass(frozen=True, slots=True)
class _Booked:
    movement: Movement
    trade: str
    number: str
    amount: Decimal


def _key(gateway: str, movement: Movement, trade: str) -> str:
    return f"{movement}:{gateway}:{trade}"


def _differs_from_books(statement: StatementDay) -> Iterator[Difference]:
    """Lines of the statement that the books do not have, or have with another amount."""
    for start in range(0, len(statement.lines), BATCH):
        batch = statement.lines[start : start + BATCH]
        keys = [_key(statement.gateway, line.movement, line.trade) for line in batch]
        booked = movements_by_key(gateway_account(statement.gateway), keys)
        for line, key in zip(batch, keys, strict=True):
            ours = booked.get(key)
            if ours is None:
                yield _difference(DifferenceKind.MISSING_HERE, line, theirs=line.amount)
            elif abs(ours) != line.amount:
                yield _difference(DifferenceKind.AMOUNT, line, theirs=line.amount, ours=abs(ours))


def _difference(kind: DifferenceKind, line: StatementLine | _Booked, **amounts: Decimal) -> Difference:
    return Difference(kind=kind, movement=line.movement, trade=line.trade, number=line.number, **amounts)


def _booked_on(gateway: str, day: date) -> Iterator[_Booked]:
    """What we have of the day, by the gateway's own instants."""
    begin = start_of_day(day)
    span = {"gateway": gateway}
    within = (begin, start_of_day(day + timedelta(days=1)))
    strays = StrayPayment.objects.filter(**span, paid_at__gte=within[0], paid_at__lt=within[1])
    apart = set()
    for stray in strays.iterator():
        apart.add(stray.gateway_trade)
        yield _Booked(Movement.PAYMENT, stray.gateway_trade, stray.named, stray.amount)
    paid = PaymentIntent.objects.filter(**span, state="paid", paid_at__gte=within[0], paid_at__lt=within[1])
    for intent in paid.iterator():
        if intent.gateway_trade not in apart:
            yield _Booked(Movement.PAYMENT, intent.gateway_trade, intent.number, intent.amount)
    for movement, model in ((Movement.PAYBACK, Payback), (Movement.PAYOUT, Payout)):
        done = model.objects.filter(**span, state="done", done_at__gte=within[0], done_at__lt=within[1])
        for transfer in done.iterator():
            yield _Booked(movement, transfer.gateway_trade, transfer.number, transfer.amount)


@act
def reconcile(*, statement: StatementDay, now: datetime) -> Reconciliation:
    """Compare a statement with the books, both ways; what does not fit is listed for the operators.

    Run again for the same day, differences that are gone are settled by themselves. Raises InvalidInput for a day
    that has not ended.
    """
    if start_of_day(statement.day + timedelta(days=1)) > now:
        raise InvalidInput(_("A day is compared once it has ended."), field="day")
    found = list(_differs_from_books(statement))
    there = {(line.movement, line.trade) for line in statement.lines}
    found += [
        _difference(DifferenceKind.MISSING_THERE, booked, ours=booked.amount)
        for booked in _booked_on(statement.gateway, statement.day)
        if (booked.movement, booked.trade) not in there
    ]
    came_in = sum((line.amount for line in statement.lines if line.movement == Movement.PAYMENT), ZERO)
    went_out = sum((line.amount for line in statement.lines if line.movement != Movement.PAYMENT), ZERO)
    unlike = sum(1 for difference in found if difference.kind != DifferenceKind.MISSING_THERE)
    run, _made = Reconciliation.objects.update_or_create(
        gateway=statement.gateway,
        day=statement.day,
        defaults={
            "compared_at": now,
            "lines": len(statement.lines),
            "matched": len(statement.lines) - unlike,
            "came_in": came_in,
            "went_out": went_out,
        },
    )
    _keep(run, found, now)
    audit_record(
        act="payments.reconcile",
        actor=SYSTEM,
        subject=f"reconciliation:{run.gateway}:{run.day.isoformat()}",
        before={},
        after={"lines": run.lines, "matched": run.matched, "differences": len(found)},
        now=now,
    )
    return run


@act
def reconcile_first(*, statement: StatementDay, now: datetime) -> Reconciliation | None:
    """As `reconcile`, unless the day was compared before: of two workers the second waits here and does nothing."""
    nothing_yet = {"compared_at": now, "lines": 0, "matched": 0, "came_in": ZERO, "went_out": ZERO}
    _run, first = Reconciliation.objects.get_or_create(
        gateway=statement.gateway, day=statement.day, defaults=nothing_yet
    )
    return reconcile(statement=statement, now=now) if first else None


def _keep(run: Reconciliation, found: list[Difference], now: datetime) -> None:
    still = {(difference.kind, difference.movement, difference.trade) for difference in found}
    gone = [
        known.pk
        for known in run.differences.filter(settled_at__isnull=True)
        if (known.kind, known.movement, known.trade) not in still
    ]
    Difference.objects.filter(pk__in=gone).update(settled_at=now, note="no longer differs")
    for difference in found:
        difference.run, difference.found_at = run, now
    Difference.objects.bulk_create(found, ignore_conflicts=True, batch_size=1000)


@act
def difference_settle(*, difference_id: int, note: str, actor: Actor, now: datetime) -> Difference:
    """An operator has looked into a difference and says what came of it. Raises NotAllowed where it is settled."""
    require_operator(actor)
    difference = Difference.objects.select_for_update(no_key=True).get(pk=difference_id)
    if difference.settled_at is not None:
        raise NotAllowed(_("This difference is settled already."))
    difference.settled_at, difference.note = now, note[:300]
    difference.save(update_fields=["settled_at", "note"])
    audit_record(
        act="payments.difference_settle",
        actor=actor,
        subject=f"difference:{difference.pk}",
        before={"settled_at": None},
        after={"settled_at": now, "note": difference.note},
        now=now,
    )
    return difference
