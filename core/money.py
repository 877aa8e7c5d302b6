"""Yuan with two places."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models

FEN = Decimal("0.01")
ZERO = Decimal("0.00")


def yuan(value: Decimal | int | str) -> Decimal:
    """The amount rounded half-up to the fen, once, at the end of a calculation (yuan)."""
    return Decimal(value).quantize(FEN, rounding=ROUND_HALF_UP)


def format_yuan(amount: Decimal | int | str) -> str:
    """An amount as people read it: `¥1,200.00`, and `-¥3.00` below zero."""
    value = yuan(amount)
    return f"-¥{-value:,.2f}" if value < 0 else f"¥{value:,.2f}"


class MoneyField(models.DecimalField):
    """An amount of yuan with two places, up to a hundred billion."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)
