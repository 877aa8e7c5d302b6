"""Acts about leaving: voluntary exit, clearance, orders, deposit."""

from exits.services.clearance import clearance_confirm, clearance_decline, clearance_open, clearance_withdraw
from exits.services.grounds import blacklist_clear_out, cloud_share_judge
from exits.services.orders import exit_order_choose, exit_order_settle
from exits.services.voluntary import exit_complete, exit_deposit_return, exit_request, exit_withdraw

__all__ = [
    "blacklist_clear_out",
    "clearance_confirm",
    "clearance_decline",
    "clearance_open",
    "clearance_withdraw",
    "cloud_share_judge",
    "exit_complete",
    "exit_deposit_return",
    "exit_order_choose",
    "exit_order_settle",
    "exit_request",
    "exit_withdraw",
]
