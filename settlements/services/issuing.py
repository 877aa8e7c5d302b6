"""Making a provider's statement: the waterfall of a settlement day."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.acts import SYSTEM, act
from core.money import ZERO
from core.periods import end_of_working_days
from core.references import new_number
from deposits.selectors import standing, withholding_for
from deposits.services import deposit_deduct, deposit_lock, deposit_topup_from_settlement
from ledger import services as ledger
from ledger.types import Posting, payable
from notifications.services import notify_many
from providers.models import Provider
from providers.selectors import provider_locked, rulebook_of_provider, staff_users
from providers.types import Permission
from regulation import registry
from regulation.models import DecisionRecord
from regulation.services import audit_record, decision_record
from regulation.types import Rulebook, Text
from settlements.models import CycleVisit, SettlementItem, Statement, StatementLine
from settlements.rules import StatementFacts, allocate
from settlements.selectors.due import cycle_at, open_items
from settlements.types import Debt, ItemKind, Taken

RULE = "settlement.statement"


@act
def statement_issue(*, provider_id: int, now: datetime) -> Statement | None:
    """Work out and issue a provider's statement for the present cycle, once (§11(1)1, §17(5), §9(6)3).

    Sales − service fee − recoveries − deposit top-up − deductions = payout. What is not covered is carried forward,
    and after two cycles taken from the deposit. The payout is reserved until it is sent. None where the cycle has
    been gone through, or held nothing.
    """
    # The books first, then the provider: the order in which money coming into a deposit locks.
    deposit_lock(provider_id=provider_id, also=(payable(provider_id),))
    provider = provider_locked(provider_id)
    cycle_on = cycle_at(now)
    if CycleVisit.objects.filter(provider=provider, cycle_on=cycle_on).exists():
        return None
    items = list(open_items(now).filter(provider=provider).select_for_update(of=("self",)).order_by("id"))
    statement = _worked_out(provider, cycle_on, items, now)
    CycleVisit.objects.create(provider=provider, cycle_on=cycle_on, visited_at=now, statement=statement)
    return statement


def _worked_out(provider: Provider, cycle_on: date, items: list[SettlementItem], now: datetime) -> Statement | None:
    number = new_number("S", now)
    earned = _earned(items)
    sales = sum((item.amount for item in earned if item.kind == ItemKind.SALE), ZERO)
    fee = sum((item.amount for item in earned if item.kind == ItemKind.FEE), ZERO)
    by_pk = {item.pk: item for item in items}
    left = sales - fee
    recoveries = allocate(_debts(items, ItemKind.RECOVERY), left)
    left -= _covered(recoveries)
    standing_topups = allocate(_debts(items, ItemKind.TOPUP), left)
    left -= _covered(standing_topups)
    topup = _top_up(provider, left, number, now)
    left -= topup
    deductions = allocate(_debts(items, ItemKind.DEDUCTION), left)
    left -= _covered(deductions)
    taken = [*recoveries, *standing_topups, *deductions]
    if not earned and not taken and topup == ZERO:
        return None
    rulebook = rulebook_of_provider(provider, now)
    topped_up = topup + _covered(standing_topups)
    facts = StatementFacts(
        sales=sales,
        fee=fee,
        recoveries=sum((each.debt.amount for each in recoveries), ZERO),
        top_up=topped_up,
        deductions=sum((each.debt.amount for each in deductions), ZERO),
    )
    decision = registry.decide(RULE, facts, rulebook)
    record = decision_record(decision=decision, facts=facts, subject=f"statement:{number}", now=now)
    _post_covered(provider, taken, by_pk, number, now)
    from_deposit = _carry(provider, taken, by_pk, number, rulebook, record, now)
    statement = Statement(
        number=number,
        provider=provider,
        cycle_on=cycle_on,
        turn=1 + Statement.objects.filter(provider=provider, cycle_on=cycle_on).count(),
        sales=sales,
        fee=fee,
        recovered=_covered(recoveries),
        topped_up=topped_up,
        deducted=_covered(deductions),
        from_deposit=sum(from_deposit.values(), ZERO),
        payout=left,
        carried=sum((each.carried for each in taken), ZERO) - sum(from_deposit.values(), ZERO),
    )
    statement.save()
    _lines(statement, earned, taken, from_deposit, _topup_item(provider, topup, number, now))
    statement.issue(
        confirm_due_at=end_of_working_days(now, rulebook.parameter("settlement.confirm_working_days")), now=now
    )
    statement.save(update_fields=["state", "issued_at", "confirm_due_at"])
    reserve(statement, now)
    _told(statement, provider, record, now)
    return statement


def _earned(items: Sequence[SettlementItem]) -> list[SettlementItem]:
    """Sales with their fees; a fee whose sale is not among them waits for it."""
    sold = {item.reference for item in items if item.kind == ItemKind.SALE}
    return [
        item for item in items if item.kind == ItemKind.SALE or (item.kind == ItemKind.FEE and item.reference in sold)
    ]


def _debts(items: Sequence[SettlementItem], kind: str) -> list[Debt]:
    return [Debt(item.pk, item.kind, item.amount - item.settled) for item in items if item.kind == kind]


def _covered(taken: Sequence[Taken]) -> Decimal:
    return sum((each.covered for each in taken), ZERO)


def _top_up(provider: Provider, available: Decimal, number: str, now: datetime) -> Decimal:
    """What the deposit gets of this settlement (§9(6)3); also asked with nothing left, so that the display closes in
    time.
    """
    if withholding_for(provider, now).amount <= 0:
        return ZERO
    done = deposit_topup_from_settlement(
        provider=provider, available=available, reference=number, actor=SYSTEM, now=now
    )
    withheld: Decimal = done.withheld
    return withheld


def _topup_item(provider: Provider, amount: Decimal, number: str, now: datetime) -> SettlementItem | None:
    if amount <= 0:
        return None
    return SettlementItem.objects.create(
        provider=provider,
        key=f"topup:{number}",
        kind=ItemKind.TOPUP,
        amount=amount,
        reference=number,
        settled=amount,
        moved=amount,
        eligible_at=now,
        created_at=now,
    )


def _post_covered(
    provider: Provider, taken: Sequence[Taken], items: dict[int, SettlementItem], number: str, now: datetime
) -> None:
    """Move what is covered of debts that the platform paid, out of what the provider is owed."""
    postings = []
    for each in taken:
        item = items[each.debt.id]
        item.settled += each.covered
        due = item.settled - item.moved
        if due > 0:
            postings.append(Posting(payable(provider.pk), item.counter_account, due))
            item.moved = item.settled
    if postings:
        ledger.post(key=f"statement:{number}:debts", postings=postings, subject=f"statement:{number}", now=now)


def _carry(
    provider: Provider,
    taken: Sequence[Taken],
    items: dict[int, SettlementItem],
    number: str,
    rulebook: Rulebook,
    record: DecisionRecord,
    now: datetime,
) -> dict[int, Decimal]:
    """Carry forward what is not covered; what was carried through its cycles is taken from the deposit, by item
    (§17(5), §9(6)2).
    """
    cycles = rulebook.parameter("settlement.carry_cycles")
    from_deposit: dict[int, Decimal] = {}
    for each in taken:
        item = items[each.debt.id]
        if each.carried > 0 and item.cycles >= cycles:
            amount = min(each.carried, standing(provider).balance)
            if amount > 0:
                _take_from_deposit(provider, item, amount, number, record, now)
                from_deposit[item.pk] = amount
        if each.carried > 0:
            item.cycles += 1
    SettlementItem.objects.bulk_update([items[each.debt.id] for each in taken], ["settled", "moved", "cycles"])
    return from_deposit


def _take_from_deposit(
    provider: Provider, item: SettlementItem, amount: Decimal, number: str, record: DecisionRecord, now: datetime
) -> None:
    # What the books have not moved yet goes where it is owed; the rest fills up what the provider is owed again.
    unmoved = item.amount - item.moved
    parts = [(item.counter_account, min(amount, unmoved)), (payable(provider.pk), amount - min(amount, unmoved))]
    for place, (account, part) in enumerate(parts):
        if part > 0:
            deposit_deduct(
                provider=provider,
                amount=part,
                kind="recovery",
                reason=Text(
                    f"结算单 {number}：{item.reference} 的欠款结转两期后仍未抵扣。",
                    f"Statement {number}: what is owed for {item.reference} was not covered in two cycles.",
                ),
                reference=f"statement:{number}",
                recipient_account=account,
                decision=record,
                key=f"statement:{number}:item:{item.pk}:{place}",
                actor=SYSTEM,
                now=now,
            )
    item.settled += amount
    item.moved = max(item.moved, item.settled)


def _lines(
    statement: Statement,
    earned: Sequence[SettlementItem],
    taken: Sequence[Taken],
    from_deposit: dict[int, Decimal],
    topup: SettlementItem | None,
) -> None:
    lines = [StatementLine(statement=statement, item=item, kind=item.kind, amount=item.amount) for item in earned]
    lines += [
        StatementLine(statement=statement, item_id=each.debt.id, kind=each.debt.kind, amount=each.covered)
        for each in taken
        if each.covered > 0
    ]
    lines += [
        StatementLine(
            statement=statement,
            item_id=each.debt.id,
            kind=each.debt.kind,
            amount=from_deposit[each.debt.id],
            source="deposit",
        )
        for each in taken
        if each.debt.id in from_deposit
    ]
    if topup is not None:
        lines.append(StatementLine(statement=statement, item=topup, kind=topup.kind, amount=topup.amount))
    StatementLine.objects.bulk_create(lines)
    for item in earned:
        item.settled = item.amount
    SettlementItem.objects.bulk_update(earned, ["settled"], batch_size=1000)


def hold_key(statement: Statement) -> str:
    """Under which the payout of a statement is reserved, one for each time it is sent."""
    return f"statement:{statement.number}:{statement.payouts}"


def reserve(statement: Statement, now: datetime) -> None:
    """Reserve the payout in what the provider is owed, so that nothing else takes it meanwhile."""
    if statement.payout > 0:
        ledger.hold_place(
            key=hold_key(statement),
            path=payable(statement.provider_id),
            amount=statement.payout,
            subject=statement.reference,
            now=now,
        )


def unreserve(statement: Statement, now: datetime) -> None:
    """Give the reserved payout free."""
    if statement.payout > 0:
        ledger.hold_release(key=hold_key(statement), now=now)


def _told(statement: Statement, provider: Provider, record: DecisionRecord, now: datetime) -> None:
    audit_record(
        act="settlement.statement_issue",
        actor=SYSTEM,
        subject=statement.reference,
        before={},
        after={
            "provider": provider.number,
            "cycle": statement.cycle_on,
            "sales": statement.sales,
            "fee": statement.fee,
            "recovered": statement.recovered,
            "topped_up": statement.topped_up,
            "deducted": statement.deducted,
            "from_deposit": statement.from_deposit,
            "payout": statement.payout,
            "carried": statement.carried,
        },
        now=now,
        decision=record,
    )
    context: dict[str, Any] = {
        "number": statement.number,
        "payout": statement.payout,
        "confirm_by": statement.confirm_due_at,
    }
    notify_many(
        recipients=staff_users(provider, Permission.MONEY_SEE),
        kind="settlement.issued",
        subject=statement.reference,
        context=context,
        now=now,
        link=f"/console/statements/{statement.number}/",
    )
