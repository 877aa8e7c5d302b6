"""What a buyer gets back, and why (§17). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from catalog.types import ProductClass
from core.periods import beijing_date, end_of_days
from regulation.registry import Amount, FactsRefused, Flag, Instant, Percent, not_before, not_more, rule
from regulation.types import NOTHING, Decision, Rulebook, Text, cite, fen, moment_of_end, money

APPLICATION_DAYS = "guarantee.application_days"


class Reason(StrEnum):
    """Why a buyer asks for money back after the guarantee (§17(2))."""

    DELAY = "delay"
    NOT_AS_DESCRIBED = "not_as_described"
    ATTITUDE = "attitude"
    INCAPABLE = "incapable"
    POOR_QUALITY = "poor_quality"
    BUSINESS_ENDED = "business_ended"
    UNREACHABLE = "unreachable"
    BANKRUPT = "bankrupt"
    OTHER_FAILING = "other_failing"

    @property
    def clause(self) -> str:
        """The item of §17(2) that names it."""
        return _REASON_CLAUSES[self]


_REASON_CLAUSES = {reason: f"17(2){number}" for number, reason in enumerate(Reason, start=1)}
_POLICY_CLAUSES = {ProductClass.SERVICE: "17(4)1", ProductClass.APPLICATION: "17(4)2"}


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """What is known about a request for money back.

    `refunded` is what was already paid back; `reason_upheld` is true once the provider agreed or the platform found
    so; `caused_loss` once a service's poor quality is found to have cost the buyer something; `policy_percent` is
    what the provider's published terms promise after the guarantee. The term is a subscription's paid one, both
    ends or neither, and has at least one Beijing day. `confirmed_at` may lie after the request: it was then not
    confirmed when the buyer asked.
    """

    product_class: ProductClass
    paid_at: Instant
    requested_at: Instant
    paid: Amount
    refunded: Amount
    confirmed_at: Instant | None
    reason: Reason | None
    reason_upheld: Flag
    caused_loss: Flag
    policy_percent: Percent | None
    term_starts_at: Instant | None
    term_ends_at: Instant | None

    def __post_init__(self) -> None:
        not_before("requested_at", self.requested_at, "paid_at", self.paid_at)
        not_before("confirmed_at", self.confirmed_at, "paid_at", self.paid_at)
        not_more("refunded", self.refunded, "paid", self.paid)
        starts, ends = self.term_starts_at, self.term_ends_at
        if starts is None or ends is None:
            if ends is not None:
                raise FactsRefused("term_starts_at", "is missing while term_ends_at is given")
            if starts is not None:
                raise FactsRefused("term_ends_at", "is missing while term_starts_at is given")
            return
        not_before("term_ends_at", ends, "term_starts_at", starts)
        if beijing_date(ends) <= beijing_date(starts):
            raise FactsRefused("term_ends_at", "leaves the term without a single day")


@rule(
    "refund.entitlement",
    facts=RefundFacts,
    title=("可退金额", "What is refunded"),
    clauses=(
        "17(1)",
        "17(1)1",
        "17(1)2",
        "17(1)3",
        "17(2)",
        *_REASON_CLAUSES.values(),
        "17(3)1",
        "17(4)1",
        "17(4)2",
    ),
    parameters=(APPLICATION_DAYS,),
)
def refund_entitlement(facts: RefundFacts, rulebook: Rulebook) -> Decision:
    """What a request for money back is entitled to (§17); the rulebook is the one in force when it was made.

    Outcomes: `full_refund`, `prorated_refund`, `policy_refund`, `needs_finding`, `not_refundable`, and
    `already_refunded` where nothing is left to pay back, which cites what would have applied. `amount` (yuan) never
    exceeds paid - refunded.
    """
    left = facts.paid - facts.refunded
    outcome, wanted, clauses, why = _entitlement(facts, rulebook, left)
    amount = max(min(fen(wanted), left), NOTHING)
    if not left:
        outcome, amount = "already_refunded", NOTHING
        why = Text(
            f"已付 {money(facts.paid)}，已退 {money(facts.refunded)}，没有可再退的金额。",
            f"{money(facts.paid)} was paid and {money(facts.refunded)} has been paid back; nothing is left.",
        )
    return Decision("refund.entitlement", rulebook.version, outcome, {"amount": amount}, clauses, why)


def unused_days(requested_at: datetime, starts_at: datetime, ends_at: datetime) -> tuple[int, int]:
    """Whole unused days and whole days of a term, both Beijing calendar days; the day of the request counts as used.

    A request before the term begins leaves all of it unused.
    """
    starts, ends = beijing_date(starts_at), beijing_date(ends_at)
    first_unused = max(beijing_date(requested_at) + timedelta(days=1), starts)
    return max((ends - first_unused).days, 0), (ends - starts).days


def _entitlement(facts: RefundFacts, rulebook: Rulebook, left: Decimal) -> tuple[str, Decimal, tuple[str, ...], Text]:
    kind, requested = facts.product_class, facts.requested_at
    if kind is ProductClass.SERVICE and facts.caused_loss:
        return (
            "full_refund",
            left,
            cite("17(3)1"),
            Text(
                f"服务质量给买家造成损失，全额退还 {money(left)}。",
                f"The quality of the service caused the buyer a loss: {money(left)} is paid back in full.",
            ),
        )
    if kind is ProductClass.TOOL:
        return (
            "not_refundable",
            NOTHING,
            cite("17(1)3"),
            Text("工具类商品不支持申请退款。", "A tool is not refunded on request."),
        )
    if kind is ProductClass.APPLICATION:
        days = rulebook.parameter(APPLICATION_DAYS)
        ends = end_of_days(facts.paid_at, days)
        if requested < ends:
            end = moment_of_end(ends)
            return (
                "full_refund",
                left,
                cite("17(1)", "17(1)1", "17(4)2"),
                Text(
                    f"申请在付款后 {days} 天的担保期内（{end.zh} 之前），全额退还 {money(left)}。",
                    f"Asked for within {days} days of payment, before {end.en}: {money(left)} is paid back in full.",
                ),
            )
    elif facts.confirmed_at is None or requested < facts.confirmed_at:
        return (
            "full_refund",
            left,
            cite("17(1)", "17(1)2", "17(4)1"),
            Text(
                f"提出申请时服务尚未确认完成，全额退还 {money(left)}。",
                f"The service was not confirmed complete when the buyer asked: {money(left)} is paid back in full.",
            ),
        )
    return _after_guarantee(facts)


def _after_guarantee(facts: RefundFacts) -> tuple[str, Decimal, tuple[str, ...], Text]:
    promised = _promised(facts)
    policy = _POLICY_CLAUSES[facts.product_class]
    reason_clauses: tuple[str, ...] = ()
    if facts.reason is not None:
        reason_clauses = ("17(2)", facts.reason.clause)
        if not facts.reason_upheld:
            return (
                "needs_finding",
                NOTHING,
                cite(*reason_clauses),
                Text(
                    "已过担保期。退款理由成立后才能确定金额：由服务商认可，或由平台认定。",
                    "The guarantee has ended. What is paid back depends on the reason, which the provider has to "
                    "accept or the "
                    "platform to uphold.",
                ),
            )
        if facts.term_starts_at is not None and facts.term_ends_at is not None:
            unused, days = unused_days(facts.requested_at, facts.term_starts_at, facts.term_ends_at)
            if unused:
                return _prorated(facts, unused, days, promised, policy, reason_clauses)
    if promised:
        return (
            "policy_refund",
            promised,
            cite(policy, *reason_clauses),
            Text(
                "已过担保期，按服务商公布的退款政策退还 "
                f"{facts.policy_percent:f}%：{money(_capped(facts, promised))}。",
                f"The guarantee has ended; the provider's published policy pays back {facts.policy_percent:f}%: "
                f"{money(_capped(facts, promised))}.",
            ),
        )
    return (
        "not_refundable",
        NOTHING,
        cite(policy, *reason_clauses),
        Text(
            "已过担保期，服务商公布的条款没有承诺退款。",
            "The guarantee has ended, and the provider's published terms promise no refund.",
        ),
    )


def _prorated(
    facts: RefundFacts, unused: int, days: int, promised: Decimal, policy: str, reason_clauses: tuple[str, ...]
) -> tuple[str, Decimal, tuple[str, ...], Text]:
    wanted = facts.paid * unused / days
    if promised > wanted:
        return (
            "prorated_refund",
            promised,
            cite(policy, *reason_clauses),
            Text(
                f"理由成立。周期共 {days} 天，剩余 {unused} 天；服务商的退款政策更优，按 {facts.policy_percent:f}% "
                "退还 "
                f"{money(_capped(facts, promised))}。",
                f"The reason is upheld. {unused} of {days} days are unused; the provider's policy promises more, so "
                f"{facts.policy_percent:f}% is paid back: {money(_capped(facts, promised))}.",
            ),
        )
    return (
        "prorated_refund",
        wanted,
        cite(*reason_clauses),
        Text(
            f"理由成立。周期共 {days} 天，剩余 {unused} 天，退还未使用部分 {money(_capped(facts, wanted))}。",
            f"The reason is upheld. {unused} of {days} days are unused: {money(_capped(facts, wanted))} is paid back.",
        ),
    )


def _promised(facts: RefundFacts) -> Decimal:
    """What the provider's published terms promise after the guarantee, before rounding (yuan)."""
    if facts.policy_percent is None:
        return NOTHING
    return facts.paid * facts.policy_percent / 100


def _capped(facts: RefundFacts, wanted: Decimal) -> Decimal:
    return min(fen(wanted), facts.paid - facts.refunded)
