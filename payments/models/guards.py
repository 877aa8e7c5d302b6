"""What every table of payments holds to."""

import pgtrigger

NUMBER_LENGTH = 20
TRADE_LENGTH = 64


def keep(name: str, *facts: str) -> list[pgtrigger.Trigger]:
    """Rows are never deleted, their facts never change."""
    return [
        pgtrigger.Protect(name=f"{name}_keep", operation=pgtrigger.Delete),
        pgtrigger.ReadOnly(name=f"{name}_facts", fields=["id", *facts]),
    ]
