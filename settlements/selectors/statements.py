"""Statements as providers and operators see them, and what a provider is owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.types import Role
from core.errors import NotFound
from core.money import ZERO, MoneyField
from core.pages import Page, keyset_page
from ledger import selectors as ledger
from ledger.types import payable
from payments.types import Recipient
from providers.models import Provider
from providers.selectors import permissions_of, role_of
from providers.types import Permission
from regulation.models import DecisionRecord
from regulation.selectors import decisions_about, rulebook_at
from settlements.cycles import cutoff, issue_day, next_cycle
from settlements.models import PayoutAccount, SettlementHold, SettlementItem, Statement, StatementLine
from settlements.types import ItemKind, StatementState

SIZE = 20
OPEN_STATES = tuple(
    state
    for state in StatementState
    if state not in {StatementState.PAID, StatementState.RETURNED, StatementState.DRAFT}
)


@dataclass(frozen=True, slots=True)
class Share:
    """Where a provider's part of an order is (yuan): not in a statement, in one that is not paid yet, or paid out."""

    waiting: Decimal = ZERO
    in_statement: Decimal = ZERO
    paid: Decimal = ZERO


class StatementNotFound(NotFound):
    """There is no such statement, or it is somebody else's."""

    code = "statement_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such statement."))


def payable_free(provider_id: int) -> Decimal:
    """What of the money that a provider is owed is not reserved for a statement on its way (yuan)."""
    return ledger.funds(payable(provider_id)).available


def payout_account(provider_id: int) -> PayoutAccount | None:
    """The bank account that a provider is paid to now."""
    return PayoutAccount.objects.filter(provider=provider_id, replaced_at__isnull=True).first()


def payout_recipient(provider_id: int) -> Recipient | None:
    """The same, as payments ask for it; None where the provider has given none."""
    found = payout_account(provider_id)
    return Recipient(name=found.holder, account=found.account, bank=found.bank) if found else None


def statements_page(
    *, provider: Provider, state: str = "", query: str = "", cursor: str | None = None, size: int = SIZE
) -> Page:
    """A provider's statements, the newest first, in one query. `query`: part of a number."""
    found = Statement.objects.filter(provider=provider, number__icontains=query).exclude(state=StatementState.DRAFT)
    if state == "open":
        found = found.filter(state__in=OPEN_STATES)
    elif state:
        found = found.filter(state=state)
    return keyset_page(found, order_by=("-cycle_on", "-pk"), cursor=cursor, size=size)


def statement_for(*, provider: Provider, number: str) -> Statement:
    """One of a provider's own statements. Raises StatementNotFound for anybody else's."""
    found = _statements().filter(provider=provider, number=number).exclude(state=StatementState.DRAFT).first()
    if found is None:
        raise StatementNotFound
    return found


def statement_by_number(number: str) -> Statement:
    """A statement, for operators. Raises StatementNotFound."""
    found = _statements().filter(number=number).first()
    if found is None:
        raise StatementNotFound
    return found


def statement_by_pk(pk: int) -> Statement:
    """A statement, for operators. Raises StatementNotFound."""
    found = _statements().filter(pk=pk).first()
    if found is None:
        raise StatementNotFound
    return found


def _statements() -> "QuerySet[Statement]":
    return Statement.objects.select_related("provider", "confirmed_by", "operations_by", "finance_by")


def lines_of(statement: Statement) -> "QuerySet[StatementLine]":
    """What a statement is made of, sales first, in the order of the waterfall."""
    return StatementLine.objects.filter(statement=statement).select_related("item").order_by("id")


def lines_page(*, statement: Statement, cursor: str | None = None, size: int = 50) -> Page:
    """The lines of a statement, a page at a time, in one query."""
    return keyset_page(
        StatementLine.objects.filter(statement=statement).select_related("item"),
        order_by=("id",),
        cursor=cursor,
        size=size,
    )


def statements_queue(role: str) -> "QuerySet[Statement]":
    """What waits for an operator of that role, the oldest first."""
    states = (
        [StatementState.APPROVED_OPERATIONS, StatementState.APPROVED_FINANCE]
        if role == Role.FINANCE
        else [StatementState.CONFIRMED, StatementState.DISPUTED]
    )
    return _statements().filter(state__in=states).order_by("confirmed_at", "pk")


def standing(provider: Provider, now: datetime) -> dict[str, Any]:
    """What a provider is owed, what is held and why, and when the next statement comes: for the console's home (yuan).

    `earned` is everything out of guarantee and not in a statement yet, less its fee, `held` the part of it that
    something keeps back, `owed` what is to be taken, `reserved` what is in statements on their way; `next_so_far`
    what the next statement pays out if nothing changes until then.
    """
    open_items = SettlementItem.objects.filter(provider=provider, settled__lt=F("amount"))
    sums: dict[str, Decimal] = {str(kind): ZERO for kind in ItemKind}
    sums |= dict(open_items.values_list("kind").annotate(total=Sum(F("amount") - F("settled"))))
    held_references = SettlementHold.objects.filter(
        lifted_at__isnull=True, reference__in=open_items.filter(kind=ItemKind.SALE).values("reference")
    )
    held = sum(_kept(open_items, held_references).values(), ZERO)
    reserved = Statement.objects.filter(provider=provider, state__in=OPEN_STATES).aggregate(total=Sum("payout"))[
        "total"
    ]
    cycle_on = next_cycle(now, rulebook_at(now).parameter("settlement.cycle_days"))
    due = open_items.filter(kind__in=[ItemKind.SALE, ItemKind.FEE], eligible_at__lte=cutoff(cycle_on)).exclude(
        reference__in=held_references.values("reference")
    )
    ready: dict[str, Decimal] = {str(kind): ZERO for kind in ItemKind}
    ready |= dict(due.values_list("kind").annotate(total=Sum(F("amount") - F("settled"))))
    taken = sums[ItemKind.RECOVERY] + sums[ItemKind.TOPUP] + sums[ItemKind.DEDUCTION]
    return {
        "earned": sums[ItemKind.SALE] - sums[ItemKind.FEE],
        "held": held,
        "owed": sums[ItemKind.RECOVERY] + sums[ItemKind.DEDUCTION],
        "reserved": reserved or ZERO,
        "next_on": issue_day(cycle_on),
        "next_so_far": max(ready[ItemKind.SALE] - ready[ItemKind.FEE] - taken, ZERO),
        "account": payout_account(provider.pk),
    }


def held_back(provider: Provider, limit: int = 50) -> list[dict[str, Any]]:
    """What a provider has earned, less the fee, and is kept back, with every reason for it, the longest held first
    (yuan).
    """
    open_items = SettlementItem.objects.filter(provider=provider, settled__lt=F("amount"))
    sales = open_items.filter(kind=ItemKind.SALE)
    holds = SettlementHold.objects.filter(lifted_at__isnull=True, reference__in=sales.values("reference"))
    amounts = _kept(open_items, holds)
    return [
        {"hold": hold, "reference": hold.reference, "amount": amounts[hold.reference]}
        for hold in holds.order_by("placed_at", "pk")[:limit]
    ]


def _kept(open_items: "QuerySet[SettlementItem]", holds: "QuerySet[SettlementHold]") -> dict[str, Decimal]:
    """What holds keep back for each reference: the sale less its fee."""
    rows = (
        open_items.filter(kind__in=[ItemKind.SALE, ItemKind.FEE], reference__in=holds.values("reference"))
        .values_list("reference", "kind")
        .annotate(total=Sum(F("amount") - F("settled")))
    )
    kept: dict[str, Decimal] = {}
    for reference, kind, total in rows:
        kept[reference] = kept.get(reference, ZERO) + (total if kind == ItemKind.SALE else -total)
    return kept


def shares_of(references: Iterable[str]) -> dict[str, Share]:
    """Where the provider's part (sale less fee) of several orders is, in one query; zero where nothing is settled."""
    wanted = list(references)
    found = {reference: Share() for reference in wanted}
    rows = (
        SettlementItem.objects.filter(reference__in=wanted, kind__in=[ItemKind.SALE, ItemKind.FEE])
        .annotate(
            paid=Coalesce(
                Sum("lines__amount", filter=Q(lines__statement__state=StatementState.PAID)),
                ZERO,
                output_field=MoneyField(),
            )
        )
        .values_list("reference", "kind", "amount", "settled", "paid")
    )
    for reference, kind, amount, settled, paid in rows:
        sign = 1 if kind == ItemKind.SALE else -1
        share = found[reference]
        found[reference] = Share(
            waiting=share.waiting + sign * (amount - settled),
            in_statement=share.in_statement + sign * (settled - paid),
            paid=share.paid + sign * paid,
        )
    return found


def holds_of(reference: str) -> "QuerySet[SettlementHold]":
    """Why what a reference earned is kept back."""
    return SettlementHold.objects.filter(reference=reference, lifted_at__isnull=True).order_by("pk")


def items_of(reference: str) -> "QuerySet[SettlementItem]":
    """What was recorded for a reference, such as an order."""
    return SettlementItem.objects.filter(reference=reference).order_by("pk")


def available_acts(statement: Statement, user: User) -> list[str]:
    """What somebody may do with a statement now: the buttons of every page, in their order."""
    acts: list[str] = []
    provider = statement.provider
    if statement.state == StatementState.ISSUED and Permission.MONEY in permissions_of(user, provider):
        acts += ["confirm", "dispute"]
    if not user.is_operator or role_of(user, provider) is not None:
        return acts
    if user.has_role(Role.OPERATIONS):
        if statement.state == StatementState.CONFIRMED:
            acts += ["approve_operations", "return"]
        elif statement.state == StatementState.DISPUTED:
            acts += ["answer", "return"]
    if user.has_role(Role.FINANCE):
        if statement.state == StatementState.APPROVED_OPERATIONS:
            acts += ["approve_finance"] if statement.operations_by_id != user.pk else []
            acts += ["return"]
        elif statement.state == StatementState.APPROVED_FINANCE:
            acts.append("pay_again")
    return acts


def decision_of(statement: Statement) -> DecisionRecord | None:
    """The decision that a statement rests on."""
    return decisions_about(statement.reference).filter(rule="settlement.statement").first()
