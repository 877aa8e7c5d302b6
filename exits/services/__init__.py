"""Acts about leaving: voluntary exit, clearance, orders, deposit."""

from exits.services.clearance import clearance_confirm, clearance_decline, clearance_open, clearance_withdraw
from exits.services.orders import exit_order_choose, exit_order_settle
from exits.services.voluntary import exit_complete, exit_deposit_return, exit_request, exit_withdraw

__all__ = [
    "clearance_confirm",
    "clearance_decline",
    "clearance_open",
    "clearance_withdraw",
    "exit_complete",
    "exit_deposit_return",
    "exit_order_choose",
    "exit_order_settle",
    "exit_request",
    "exit_withdraw",
]
