"""The operators' desk for settlements."""

from settlements.admin.items import SettlementHoldAdmin, SettlementItemAdmin
from settlements.admin.statements import StatementAdmin

__all__ = ["SettlementHoldAdmin", "SettlementItemAdmin", "StatementAdmin"]
