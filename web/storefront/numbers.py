"""Numbers people quote: searching one opens what it names, on the page where the reader works on it."""

from collections.abc import Callable
from typing import Any

from core.errors import NotFound
from orders.selectors import order_of_buyer
from providers.selectors import provider_for
from refunds.selectors import refund_of_buyer
from support.selectors import ticket_of_buyer
from violations.selectors import complaint_of_person

# By first letter: the buyer's page, the provider's, the operators' list. A number that is nobody's, or somebody
# else's, leads to a page that says Not Found.
BUYERS = {"O": "/orders/{}/", "R": "/refunds/{}/", "K": "/complaints/{}/", "P": "/pay/{}/"}
PROVIDERS = {
    "O": "/console/orders/{}/",
    "R": "/console/refunds/{}/",
    "K": "/console/complaints/{}/",
    "T": "/console/tickets/{}/",
    "S": "/console/statements/{}/",
    "C": "/console/standing/cases/{}/",
}
OPERATORS = {
    "O": "orders/order",
    "R": "refunds/refundrequest",
    "K": "violations/complaint",
    "C": "violations/case",
    "S": "settlements/statement",
    "A": "providers/application",
    "V": "providers/provider",
    "X": "exits/exit",
    "Q": "orders/warrantyclaim",
    "I": "orders/invoice",
    "N": "orders/deductionoffer",
    "D": "deposits/deduction",
    "P": "payments/paymentintent",
    "B": "payments/payback",
    "W": "payments/payout",
}
OWN: dict[str, Callable[[Any, str], Any]] = {
    "O": order_of_buyer,
    "R": refund_of_buyer,
    "K": complaint_of_person,
    "T": ticket_of_buyer,
}


def page_of(number: str, user: Any) -> str | None:
    """Where a number opens for this reader, or None where such numbers have no page."""
    kind = number[0]
    if user.is_authenticated:
        if (own := _own(kind, number, user)) is not None:
            return own
        if user.is_operator and kind in OPERATORS:
            return f"/admin/{OPERATORS[kind]}/?q={number}&queue=all"
        if kind in PROVIDERS and provider_for(user) is not None:
            return PROVIDERS[kind].format(number)
    return BUYERS[kind].format(number) if kind in BUYERS else None


def _own(kind: str, number: str, user: Any) -> str | None:
    if kind not in OWN:
        return None
    try:
        found = OWN[kind](user, number)
    except NotFound:
        return None
    return f"/orders/{found.order.number}/tickets/{number}/" if kind == "T" else BUYERS[kind].format(number)
