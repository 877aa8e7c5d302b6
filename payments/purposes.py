"""What payments are for. Upper apps say here what happens when money has come in or gone out.

Every callback runs inside the act that books the money: it happens with it, or neither does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulation.types import Text

PaidCallback = Callable[[Any, datetime], None]


def _nothing(subject: Any, now: datetime) -> None:
    """Nobody asked to be told."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What one purpose brings about.

    `title` is what people call it. `destination(reference)` is the account a payment goes to, `link(reference)` the
    page its payer returns to, and `about(reference)` what one payment is for in every language, where more than its
    own title is known.
    `on_paid(intent, now)` may raise a DomainError where what was paid for can no longer be had: the money is then
    set aside and paid back. `on_closed(intent, now)`: nobody paid in time. `on_payback_done(payback, now)`,
    `on_payout_done(payout, now)`: the gateway has moved the money. `on_payout_returned(payout, now)`: it could not,
    and the money is back in the account it came from.
    """

    name: str
    destination: Callable[[str], str] | None = None
    link: Callable[[str], str] | None = None
    about: Callable[[str], Text] | None = None
    on_paid: PaidCallback = _nothing
    on_closed: PaidCallback = _nothing
    on_payback_done: PaidCallback = _nothing
    on_payout_done: PaidCallback = _nothing
    on_payout_returned: PaidCallback = _nothing
    title: Any = ""


_purposes: dict[str, Purpose] = {}


def register(
    name: str,
    *,
    title: Any = "",
    destination: Callable[[str], str] | None = None,
    link: Callable[[str], str] | None = None,
    about: Callable[[str], Text] | None = None,
    on_paid: PaidCallback = _nothing,
    on_closed: PaidCallback = _nothing,
    on_payback_done: PaidCallback = _nothing,
    on_payout_done: PaidCallback = _nothing,
    on_payout_returned: PaidCallback = _nothing,
) -> None:
    """Register a purpose, in AppConfig.ready(). A purpose that takes payments names their destination."""
    if name in _purposes:
        raise ValueError(f"purpose {name} is registered already")
    _purposes[name] = Purpose(
        name, destination, link, about, on_paid, on_closed, on_payback_done, on_payout_done, on_payout_returned, title
    )


def get(name: str) -> Purpose:
    """The purpose of that name; KeyError where there is none."""
    return _purposes[name]


def named(name: str) -> Any:
    """What people call a purpose; its own name where it is no longer registered."""
    return (_purposes[name].title if name in _purposes else "") or name


def names() -> list[str]:
    """Every purpose."""
    return sorted(_purposes)
