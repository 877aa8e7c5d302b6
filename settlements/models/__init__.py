"""Rows of settlements: fees, items, holds, statements, and where payouts go."""

from settlements.models.accounts import PayoutAccount
from settlements.models.fees import FeeEntry, FeeYear
from settlements.models.items import SettlementHold, SettlementItem
from settlements.models.statements import AMOUNTS, CycleVisit, Statement, StatementLine

__all__ = [
    "AMOUNTS",
    "CycleVisit",
    "FeeEntry",
    "FeeYear",
    "PayoutAccount",
    "SettlementHold",
    "SettlementItem",
    "Statement",
    "StatementLine",
]
