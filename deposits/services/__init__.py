"""The acts of deposits: the only code that writes here."""

from deposits.services.deductions import (
    DepositTooSmall,
    additional_confirm,
    additional_decline,
    additional_end,
    deduction_reverse,
    deposit_deduct,
)
from deposits.services.demands import deposit_topup_from_settlement, topup_close, topup_lapse
from deposits.services.funding import (
    deposit_paid,
    deposit_pay,
    deposit_payment_expire,
    deposit_return,
    deposit_return_failed,
    deposit_returned,
    payment_destination,
)
from deposits.services.requirements import deposit_lock, deposit_open, requirement_refresh

__all__ = [
    "DepositTooSmall",
    "additional_confirm",
    "additional_decline",
    "additional_end",
    "deduction_reverse",
    "deposit_deduct",
    "deposit_lock",
    "deposit_open",
    "deposit_paid",
    "deposit_pay",
    "deposit_payment_expire",
    "deposit_return",
    "deposit_return_failed",
    "deposit_returned",
    "deposit_topup_from_settlement",
    "payment_destination",
    "requirement_refresh",
    "topup_close",
    "topup_lapse",
]
