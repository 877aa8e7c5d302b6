"""Reading deposits: what is required, what is held, what is short and what is due (§9(6))."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed, NotFound
from core.money import ZERO
from core.periods import beijing_date, next_working_day, start_of_day
from deposits import prices
from deposits.models import AdditionalDeposit, Deduction, Deposit, DepositPayment, DepositReturn, TopUpDemand
from deposits.rules import deposit_requirement
from deposits.types import (
    OPEN_DEMANDS,
    DemandState,
    PaymentState,
    PriceCover,
    ProposalState,
    Standing,
    Withholding,
)
from ledger.selectors import balance as balance_of
from ledger.selectors import entries_of
from ledger.types import deposit as deposit_account
from providers.models import Provider
from providers.selectors import rulebook_of_provider
from providers.types import ProviderKind, ProviderState, Requirement, Section
from regulation.selectors import rulebook_at
from regulation.types import Rulebook, Text, money


class PriceNotAdmitted(NotAllowed):
    """The schedule admits no such price for this kind of provider (§9(6)1)."""

    code = "price_not_admitted"


class DepositNotFound(NotFound):
    """There is no deposit: the provider was not admitted yet."""

    code = "deposit_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no deposit here yet."))


def highest_price_of(provider: Provider, now: datetime) -> Decimal:
    """The price that the deposit is worked out from (yuan): the highest paid one on sale.

    While no paid plan is on sale, the highest one planned in the application; zero for free products only (§9(6)1).
    """
    on_sale = prices.highest_on_sale(provider.pk, now)
    return on_sale if on_sale is not None else provider.planned_highest_price or ZERO


def base_for(provider: Provider, highest_price: Decimal, rulebook: Rulebook) -> Decimal:
    """What the schedule asks of this provider for a highest price (yuan); nothing of the platform's own store (§9(6)1).

    Raises PriceNotAdmitted where the schedule has no band for its kind.
    """
    if provider.is_platform:
        platform: Decimal = rulebook.parameter("deposit.platform_store")
        return platform
    amount = deposit_requirement(
        rulebook, highest_price=highest_price, enterprise=provider.kind == ProviderKind.ENTERPRISE
    )
    if amount is None:
        raise PriceNotAdmitted(
            _("Prices this high are only for enterprises. Lower the price, or apply as an enterprise."),
            field="price",
            clauses=["9(6)1"],
        )
    return amount


def deposit_of(provider: Provider) -> Deposit:
    """A provider's deposit. Raises DepositNotFound before it was admitted."""
    found = Deposit.objects.filter(provider=provider).first()
    if found is None:
        raise DepositNotFound
    return found


def balance(provider: Provider) -> Decimal:
    """What is held of a provider's deposit, by the books (yuan)."""
    return balance_of(deposit_account(provider.pk))


def deposit_balance(provider_id: int) -> Decimal:
    """What is held of the deposit of a provider, by its key (yuan)."""
    return balance_of(deposit_account(provider_id))


def deduction_of(key: str) -> Deduction | None:
    """The deduction that was made under a key, or None."""
    return Deduction.objects.filter(key=key).first()


def deduction_by_key(key: str) -> Deduction:
    """The deduction that was made under a key. Raises NotFound."""
    found = deduction_of(key)
    if found is None:
        raise NotFound(_("There is no such deduction."))
    return found


def deposit_required(provider: Provider, now: datetime) -> Decimal:
    """What a provider's deposit must be now (yuan). Before it is admitted, what it would be by the price it plans.

    Raises PriceNotAdmitted.
    """
    found = Deposit.objects.filter(provider=provider).first()
    if found is not None:
        return found.required
    return base_for(provider, highest_price_of(provider, now), rulebook_of_provider(provider, now))


def standing(provider: Provider) -> Standing:
    """Requirement, balance and shortfall of a provider, with the open demand. Raises DepositNotFound."""
    found = deposit_of(provider)
    held = balance(provider)
    demand = demand_open(provider)
    return Standing(
        highest_price=found.highest_price,
        base=found.base,
        additional=found.additional,
        required=found.required,
        balance=held,
        shortfall=max(found.required - held, ZERO),
        demand=demand,
        display_closed=not found.entered or (demand is not None and demand.state == DemandState.CLOSED),
    )


def covers_price(*, provider: Provider, price: Decimal, now: datetime) -> PriceCover:
    """Whether what is held covers a plan at `price` yuan beside those on sale (§9(6)1). Raises PriceNotAdmitted,
    DepositNotFound.
    """
    found = deposit_of(provider)
    highest = max(prices.highest_on_sale(provider.pk, now) or ZERO, price)
    base = base_for(provider, highest, rulebook_of_provider(provider, now))
    return PriceCover(required=base + found.additional, balance=balance(provider))


def demand_open(provider: Provider) -> TopUpDemand | None:
    """The top-up demand that a provider has not met yet (§9(6)3)."""
    return TopUpDemand.objects.filter(provider=provider, state__in=list(OPEN_DEMANDS)).first()


def withholding_for(provider: Provider, at: datetime) -> Withholding:
    """What a settlement at `at` has to give to the deposit (§9(6)3): nothing before the deadline has passed."""
    demand = demand_open(provider)
    if demand is None or at < demand.deadline:
        return Withholding(ZERO)
    return Withholding(standing(provider).shortfall, demand.pk, demand.deadline)


def providers_withholding(at: datetime) -> list[int]:
    """The providers whose settlement at `at` gives to the deposit, also where it has nothing to give (§9(6)3)."""
    return list(
        TopUpDemand.objects.filter(state__in=list(OPEN_DEMANDS), deadline__lte=at)
        .order_by("provider_id")
        .values_list("provider_id", flat=True)
    )


def settlement_day_after(deadline: datetime, rulebook: Rulebook) -> date:
    """The day of the first settlement that may be used once a deadline has passed (§9(6)3): a day of the cycle, or the
    next worked.
    """
    days: Iterable[int] = rulebook.parameter("settlement.cycle_days")
    first = beijing_date(deadline)
    # A day of the cycle shortly before may have been put off to a day after the deadline.
    candidates = (first + timedelta(days=offset) for offset in range(-20, 62))
    worked = (next_working_day(day) for day in candidates if day.day in days)
    return min(day for day in worked if start_of_day(day) >= deadline)


def settlement_end_after(deadline: datetime, rulebook: Rulebook) -> datetime:
    """The end of that settlement's day: what has not been covered by then closes the display."""
    return start_of_day(settlement_day_after(deadline, rulebook) + timedelta(days=1))


def balance_history(provider: Provider, limit: int = 60) -> list[tuple[datetime, Decimal]]:
    """What was held of a deposit after each of its latest movements, the oldest first, by the books (yuan)."""
    path = deposit_account(provider.pk)
    held, points = balance_of(path), []
    for entry in entries_of(path)[:limit]:
        points.append((entry.posted_at, held))
        held += entry.amount if entry.source == path else -entry.amount
    return points[::-1]


def demands_of(provider: Provider) -> "QuerySet[TopUpDemand]":
    """Every top-up demand of a provider, newest first."""
    return TopUpDemand.objects.filter(provider=provider).order_by("-pk")


def deductions_of(provider: Provider) -> "QuerySet[Deduction]":
    """Every deduction, newest first, with its decision and its reversal where it was taken back."""
    return (
        Deduction.objects.filter(provider=provider)
        .select_related("decision", "reversal")
        .order_by("-deducted_at", "-pk")
    )


def deduction_instants(provider: Provider) -> list[datetime]:
    """When a provider's deposit was deducted, those taken back left out (§9(6)4)."""
    return list(
        Deduction.objects.filter(provider=provider, reversal__isnull=True)
        .order_by("deducted_at")
        .values_list("deducted_at", flat=True)
    )


def payments_of(provider: Provider) -> "QuerySet[DepositPayment]":
    """What a provider paid or set out to pay into its deposit, newest first."""
    return DepositPayment.objects.filter(provider=provider).order_by("-pk")


def payment_open(provider: Provider) -> DepositPayment | None:
    """The payment that waits for the provider's money."""
    return DepositPayment.objects.filter(provider=provider, state=PaymentState.OPEN).first()


def returns_of(provider: Provider) -> "QuerySet[DepositReturn]":
    """What was given back, newest first."""
    return DepositReturn.objects.filter(provider=provider).order_by("-pk")


def additional_waiting() -> "QuerySet[AdditionalDeposit]":
    """The operators' queue of proposed additional deposits, the oldest first (§9(6)4)."""
    return (
        AdditionalDeposit.objects.filter(state=ProposalState.PROPOSED)
        .select_related("provider", "deduction", "decision")
        .order_by("proposed_at", "pk")
    )


def additional_of(provider: Provider) -> "QuerySet[AdditionalDeposit]":
    """Every additional deposit proposed for a provider, newest first."""
    return AdditionalDeposit.objects.filter(provider=provider).order_by("-pk")


def demands_lapsed(now: datetime, limit: int) -> Iterable[int]:
    """Demands whose three working days have passed (§9(6)3)."""
    return (
        TopUpDemand.objects.filter(state=DemandState.AWAITING, deadline__lte=now)
        .order_by("deadline", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def demands_to_close(now: datetime, limit: int) -> Iterable[int]:
    """Demands whose settlement has come and gone without covering them (§9(6)3)."""
    return (
        TopUpDemand.objects.filter(state=DemandState.WITHHOLDING, settlement_due_at__lte=now)
        .order_by("settlement_due_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def additional_ended(now: datetime, limit: int) -> Iterable[int]:
    """Additional deposits, proposed or confirmed, whose year is over (§9(6)4)."""
    return (
        AdditionalDeposit.objects.filter(state__in=[ProposalState.PROPOSED, ProposalState.CONFIRMED], until__lte=now)
        .order_by("until", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def requirements_outdated(now: datetime, limit: int) -> Iterable[int]:
    """Providers whose requirement was worked out under another rulebook than the one in force (§28)."""
    return (
        Deposit.objects.exclude(rulebook=rulebook_at(now).version)
        .filter(returning=False, provider__state__in=[ProviderState.ACTIVE, ProviderState.LEAVING])
        .order_by("pk")
        .values_list("provider_id", flat=True)[:limit]
    )


def admission_requirements(provider: Provider, now: datetime) -> list[Requirement]:
    """The conditions of admission that are the deposit's (§9(6)): a price that is admitted, and the money itself."""
    if provider.is_platform:
        return []
    problem: Text | None = None
    paid: Text | None = None
    if provider.state == ProviderState.APPLYING:
        if provider.planned_highest_price is None:
            problem = Text("请填写计划销售的最高价格。", "Give the highest price that you plan to sell at.")
        else:
            try:
                needed = deposit_required(provider, now)
                paid = Text(f"审核通过后缴纳 {money(needed)}。", f"{money(needed)} to be paid once approved.")
            except PriceNotAdmitted:
                problem = Text(
                    "个人服务商不能销售 10 万元以上的商品，请降低价格或以企业申请。",
                    "Individuals cannot sell at more than 100,000 yuan. Lower the price, or apply as an enterprise.",
                )
    else:
        now_standing = standing(provider)
        if not now_standing.sufficient:
            paid = Text(f"还差 {money(now_standing.shortfall)}。", f"{money(now_standing.shortfall)} is missing.")
    met = Text("已满足。", "Met.")
    price = Text("计划的最高价格", "Highest price planned")
    deposit = Text("缴纳入驻保证金", "Deposit paid")
    return [
        Requirement("price", "9(6)1", Section.SUBJECT, price, problem is None, problem or met, standing=False),
        Requirement("deposit", "9(6)", Section.SUBJECT, deposit, paid is None, paid or met, "open", standing=False),
    ]
