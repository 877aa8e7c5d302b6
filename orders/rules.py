"""The guarantee of an order (§11(2), §17(1)) and who invoices whom (§13). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.types import ProductClass
from core.periods import end_of_days
from regulation.registry import Amount, FactsRefused, Flag, Instant, not_before, rule
from regulation.types import Decision, Rulebook, Text, cite, moment, moment_of_end, money

APPLICATION_DAYS = "guarantee.application_days"


@dataclass(frozen=True, slots=True)
class GuaranteeFacts:
    """An order's payment and, for a service, when the whole of it was confirmed complete.

    A confirmation after `at` has not happened yet at `at`.
    """

    product_class: ProductClass
    paid_at: Instant
    confirmed_at: Instant | None
    at: Instant

    def __post_init__(self) -> None:
        not_before("confirmed_at", self.confirmed_at, "paid_at", self.paid_at)
        not_before("at", self.at, "paid_at", self.paid_at)


@rule(
    "order.guarantee",
    facts=GuaranteeFacts,
    title=("担保期", "Guarantee"),
    clauses=("11(2)", "17(1)1", "17(1)2", "17(1)3"),
    parameters=(APPLICATION_DAYS,),
)
def order_guarantee(facts: GuaranteeFacts, rulebook: Rulebook) -> Decision:
    """Whether an order is in its guarantee period at an instant (§11(2), §17(1)).

    Applications: five days from payment. Services: until completion is confirmed, open-ended before that (`ends_at`
    null). Tools: `none`.
    """
    ends_at: datetime | None = None
    if facts.product_class is ProductClass.TOOL:
        outcome, clause = "none", "17(1)3"
        why = Text("工具类商品没有担保期。", "A tool has no guarantee period.")
    elif facts.product_class is ProductClass.APPLICATION:
        clause = "17(1)1"
        days = rulebook.parameter(APPLICATION_DAYS)
        ends_at = end_of_days(facts.paid_at, days)
        outcome = "in_guarantee" if facts.at < ends_at else "ended"
        end = moment_of_end(ends_at)
        why = Text(
            f"{moment(facts.paid_at)} 付款，担保期 {days} 天，到 {end.zh} 结束。",
            f"Paid on {moment(facts.paid_at)}; the guarantee of {days} days runs until {end.en}.",
        )
    else:
        clause, ends_at = "17(1)2", facts.confirmed_at
        outcome = "in_guarantee" if ends_at is None or facts.at < ends_at else "ended"
        why = (
            Text(
                "服务尚未确认完成，仍在担保期内。",
                "The service is not confirmed complete; it is still under guarantee.",
            )
            if ends_at is None
            else Text(
                f"服务于 {moment(ends_at)} 确认完成，担保期到此为止。",
                f"The service was confirmed complete on {moment(ends_at)}, which ends the guarantee.",
            )
        )
    return Decision("order.guarantee", rulebook.version, outcome, {"ends_at": ends_at}, cite("11(2)", clause), why)


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """A sale's amounts. `supply_price` may be null where the sale is not consigned; it plays no part there."""

    consigned: Flag
    paid: Amount
    supply_price: Amount | None
    service_fee: Amount

    def __post_init__(self) -> None:
        if self.consigned and self.supply_price is None:
            raise FactsRefused("supply_price", "is missing while the sale is consigned")


@rule(
    "invoice.obligation",
    facts=InvoiceFacts,
    title=("开票义务", "Who invoices whom"),
    clauses=("13(1)", "13(2)", "13(3)"),
)
def invoice_obligation(facts: InvoiceFacts, rulebook: Rulebook) -> Decision:
    """Which invoices a sale makes due (§13): the buyer's first, then the consignor's, then that of the service fee.

    The buyer is invoiced for what was paid: by the provider, or by the platform where the sale is consigned, and
    then the provider invoices the platform at the supply price. Amounts of zero make no invoice.
    """
    if facts.consigned and facts.supply_price is not None:
        owed = [("platform", "buyer", facts.paid), ("provider", "platform", facts.supply_price)]
    else:
        owed = [("provider", "buyer", facts.paid)]
    owed.append(("platform", "provider", facts.service_fee))
    invoices: list[dict[str, Any]] = [
        {"issuer": issuer, "recipient": recipient, "amount": amount} for issuer, recipient, amount in owed if amount
    ]
    if invoices:
        why = Text(
            "应开发票：" + "；".join(f"{_ZH[i]}向{_ZH[r]}开具 {money(a)}" for i, r, a in owed if a) + "。",
            "Invoices due: " + "; ".join(f"the {i} to the {r} for {money(a)}" for i, r, a in owed if a) + ".",
        )
    else:
        why = Text("金额均为零，无需开票。", "All amounts are zero; no invoice is due.")
    return Decision(
        "invoice.obligation",
        rulebook.version,
        "invoices_due",
        {"invoices": invoices},
        cite("13(1)", "13(2)", "13(3)"),
        why,
    )


_ZH = {"provider": "服务商", "buyer": "买家", "platform": "平台"}
