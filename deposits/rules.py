"""The deposit: what is missing, until when, and what then (§9(6)). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.periods import end_of_months, end_of_working_days, end_of_years
from regulation.registry import Amount, FactsRefused, Instant, not_before, rule
from regulation.types import NOTHING, Decision, Rulebook, Text, cite, fen, moment, moment_of_end, money

TOP_UP_DAYS = "deposit.top_up_working_days"
WINDOW = "deposit.additional_window_months"
TOLERATED = "deposit.additional_deductions"
AMOUNT = "deposit.additional_amount"
YEARS = "deposit.additional_years"
BANDS = "deposit.bands"


def deposit_requirement(rulebook: Rulebook, *, highest_price: Decimal, enterprise: bool) -> Decimal | None:
    """The deposit that the highest paid price on sale asks for, zero meaning free products only (§9(6)1, yuan).

    None where such a price is not admitted for that kind of provider.
    """
    bands = rulebook.parameter(BANDS)
    band = next(one for one in bands if one.up_to is None or highest_price <= one.up_to)
    found: Decimal | None = band.enterprise if enterprise else band.individual
    return found


@dataclass(frozen=True, slots=True)
class TopUpDeadlineFacts:
    """When the balance first fell below what is required."""

    shortfall_at: Instant


@rule(
    "deposit.top_up_deadline",
    facts=TopUpDeadlineFacts,
    title=("保证金补足期限", "Deadline to top up the deposit"),
    clauses=("9(6)3",),
    parameters=(TOP_UP_DAYS,),
)
def deposit_top_up_deadline(facts: TopUpDeadlineFacts, rulebook: Rulebook) -> Decision:
    """Until when a short deposit is topped up: three working days after the day on which it fell short (§9(6)3)."""
    days = rulebook.parameter(TOP_UP_DAYS)
    deadline = end_of_working_days(facts.shortfall_at, days)
    end = moment_of_end(deadline)
    return Decision(
        "deposit.top_up_deadline",
        rulebook.version,
        "top_up_by",
        {"deadline": deadline},
        cite("9(6)3"),
        Text(
            f"保证金自 {moment(facts.shortfall_at)} 起不足，应在 {days} 个工作日内补足，即 {end.zh} 之前。",
            f"The deposit has been short since {moment(facts.shortfall_at)}; it is to be topped up within {days} "
            "working "
            f"days, before {end.en}.",
        ),
    )


@dataclass(frozen=True, slots=True)
class ShortfallFacts:
    """A deposit and what it should be.

    `shortfall_at` is the instant since which it is short, null only while it is not; `next_settlement` is the
    amount of the next settlement once that is due, null before.
    """

    required: Amount
    balance: Amount
    shortfall_at: Instant | None
    next_settlement: Amount | None
    at: Instant

    def __post_init__(self) -> None:
        not_before("at", self.at, "shortfall_at", self.shortfall_at)
        if self.shortfall_at is None and self.balance < self.required:
            raise FactsRefused("shortfall_at", "is missing while the balance is below what is required")


@rule(
    "deposit.shortfall",
    facts=ShortfallFacts,
    title=("保证金不足的处理", "What a short deposit brings about"),
    clauses=("9(6)3",),
    parameters=(TOP_UP_DAYS,),
)
def deposit_shortfall(facts: ShortfallFacts, rulebook: Rulebook) -> Decision:
    """What a short deposit brings about at an instant (§9(6)3).

    `awaiting_top_up` until the deadline; from then on `withhold_from_settlement` while the next settlement is not
    yet due or covers what is missing, and `close_display` where it did not. `withheld` is what that settlement
    gives, zero while it is not due; `remaining` is what is still missing after it. A deposit that suffices has no
    deadline.
    """
    shortfall = max(facts.required - facts.balance, NOTHING)
    withheld = NOTHING
    deadline: datetime | None = None
    if not shortfall or facts.shortfall_at is None:
        outcome = "sufficient"
        why = Text(
            f"保证金 {money(facts.balance)}，达到应有的 {money(facts.required)}。",
            f"The deposit of {money(facts.balance)} is at least the required {money(facts.required)}.",
        )
    else:
        deadline = end_of_working_days(facts.shortfall_at, rulebook.parameter(TOP_UP_DAYS))
        end = moment_of_end(deadline)
        short = Text(f"保证金缺 {money(shortfall)}", f"The deposit is short by {money(shortfall)}")
        if facts.at < deadline:
            outcome = "awaiting_top_up"
            why = Text(
                f"{short.zh}，应在 {end.zh} 之前补足。",
                f"{short.en}, to be topped up before {end.en}.",
            )
        elif facts.next_settlement is None:
            outcome = "withhold_from_settlement"
            why = Text(
                f"{short.zh}，{end.zh} 前未补足，将从下期结算中扣补；在此之前展示不受影响。",
                f"{short.en} and was not topped up before {end.en}; it is taken from the next settlement, "
                "and the "
                "display stays open until then.",
            )
        elif facts.next_settlement >= shortfall:
            outcome, withheld = "withhold_from_settlement", shortfall
            why = Text(
                f"{short.zh}，{end.zh} 前未补足，从本期结算 {money(facts.next_settlement)} 中扣补 {money(withheld)}。",
                f"{short.en} and was not topped up before {end.en}; {money(withheld)} is taken from the "
                "settlement "
                f"of {money(facts.next_settlement)}.",
            )
        else:
            outcome, withheld = "close_display", facts.next_settlement
            why = Text(
                f"{short.zh}，本期结算 {money(withheld)} 不足以补足，尚缺 {money(shortfall - withheld)}；"
                "店铺和商品停止展示，补足即恢复。",
                f"{short.en}; the settlement of {money(withheld)} does not cover it and "
                f"{money(shortfall - withheld)} is still "
                "missing. The store and its products are hidden until it is made good.",
            )
    values = {
        "shortfall": shortfall,
        "deadline": deadline,
        "withheld": withheld,
        "remaining": shortfall - withheld,
    }
    return Decision("deposit.shortfall", rulebook.version, outcome, values, cite("9(6)3"), why)


@dataclass(frozen=True, slots=True)
class AdditionalFacts:
    """The instants of a provider's deductions, in any order. One after `at` has not happened yet."""

    deductions: tuple[Instant, ...]
    at: Instant


@rule(
    "deposit.additional",
    facts=AdditionalFacts,
    title=("追加保证金", "Additional deposit"),
    clauses=("9(6)4",),
    parameters=(WINDOW, TOLERATED, AMOUNT, YEARS),
)
def deposit_additional(facts: AdditionalFacts, rulebook: Rulebook) -> Decision:
    """Whether the platform may ask for an additional deposit: more than two deductions that still count (§9(6)4).

    A deduction counts until its own twelve months have ended. It is a proposal that an operator confirms; `until`
    is one year from `at`. Without one, `amount` is zero and `until` null.
    """
    months, tolerated = rulebook.parameter(WINDOW), rulebook.parameter(TOLERATED)
    count = sum(one <= facts.at < end_of_months(one, months) for one in facts.deductions)
    if count > tolerated:
        amount, until = fen(rulebook.parameter(AMOUNT)), end_of_years(facts.at, rulebook.parameter(YEARS))
        outcome = "propose_additional"
        end = moment_of_end(until)
        why = Text(
            f"{months} 个月内扣除保证金 {count} 次，超过 {tolerated} 次；{end.zh} 之前可要求追加 "
            f"{money(amount)}，由运营人员确认。",
            f"{count} deductions within {months} months are more than {tolerated}; until {end.en} an operator "
            "may ask "
            f"for {money(amount)} more.",
        )
        return Decision(
            "deposit.additional",
            rulebook.version,
            outcome,
            {"count": count, "amount": amount, "until": until},
            cite("9(6)4"),
            why,
        )
    return Decision(
        "deposit.additional",
        rulebook.version,
        "none",
        {"count": count, "amount": NOTHING, "until": None},
        cite("9(6)4"),
        Text(
            f"{months} 个月内扣除保证金 {count} 次，未超过 {tolerated} 次，不追加。",
            f"{count} deductions within {months} months are not more than {tolerated}; nothing is asked in addition.",
        ),
    )
