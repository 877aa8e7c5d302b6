"""Numbers people quote: searching one opens what it names, on the page where the reader works on it."""

from collections.abc import Callable
from typing import Any

from core.errors import NotFound
from orders.selectors import order_of_buyer
from providers.selectors import provider_for
from refunds.selectors import refund_of_buyer
from support.selectors import ticket_of_buyer
from violations.selectors import complaint_of_person, takedown_of_person

# By first letter: the buyer's page, the provider's, the operators' list. A number that is nobody's, or somebody
# else's, leads to a page that says Not Found.
BUYERS = {"O": "/orders/{}/", "R": "/refunds/{}/", "K": "/complaints/{}/", "Y": "/infringement/{}/", "P": "/pay/{}/"}
PROVIDERS = {
    "O": "/console/orders/{}/",
    "R": "/console/refunds/{}/",
    "K": "/console/complaints/{}/",
    "T": "/console/tickets/{}/",
    "S": "/console/statements/{}/",
    "C": "/console/standing/cases/{}/",
    "F": "/console/defects/{}/",
    "Y": "/console/infringement/{}/",
}
# The operators' queues, in which what is settled is found as well, and their plain lists.
QUEUES = {
    "O": "orders/order",
    "R": "refunds/refundrequest",
    "K": "violations/complaint",
    "C": "violations/case",
    "S": "settlements/statement",
    "A": "providers/application",
    "X": "exits/exit",
    "F": "violations/defect",
    "Y": "violations/takedown",
    "M": "violations/campaign",
    "E": "orders/cloudinvoice",
    "Q": "orders/warrantyclaim",
}
LISTS = {
    "V": "providers/provider",
    "I": "orders/invoice",
    "N": "orders/deductionoffer",
    "D": "deposits/deduction",
    "J": "deposits/depositpayment",
    "P": "payments/paymentintent",
    "B": "payments/payback",
    "W": "payments/payout",
}
OWN: dict[str, Callable[[Any, str], Any]] = {
    "O": order_of_buyer,
    "R": refund_of_buyer,
    "K": complaint_of_person,
    "T": ticket_of_buyer,
    "Y": takedown_of_person,
}


def page_of(number: str, user: Any) -> str | None:
    """Where a number opens for this reader, or None where such numbers have no page."""
    kind = number[0]
    if user.is_authenticated:
        if (own := _own(kind, number, user)) is not None:
            return own
        if user.is_operator and kind in QUEUES:
            return f"/admin/{QUEUES[kind]}/?q={number}&queue=all"
        if user.is_operator and kind in LISTS:
            return f"/admin/{LISTS[kind]}/?q={number}"
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
