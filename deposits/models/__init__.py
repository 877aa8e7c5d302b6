"""What a provider's deposit must be, what it was asked for, and what was taken from it (§9(6)).

The money itself is in the books, at `deposit:provider:<id>`; rows here say why it moved.
"""

from deposits.models.deductions import AdditionalDeposit, Deduction, DeductionReversal
from deposits.models.demands import TopUpDemand
from deposits.models.funding import Deposit, DepositPayment, DepositReturn, Requirement

__all__ = [
    "AdditionalDeposit",
    "Deduction",
    "DeductionReversal",
    "Deposit",
    "DepositPayment",
    "DepositReturn",
    "Requirement",
    "TopUpDemand",
]
