"""Money on its way in and out.

Written by `payments.services` only. Facts never change once written; states move only along their machine, in
Python by django-fsm and in the database by triggers behind it.
"""

from payments.models.intents import PaymentIntent, StrayPayment
from payments.models.messages import Difference, GatewayMessage, Reconciliation
from payments.models.transfers import Payback, Payout
from payments.sandbox.models import SandboxCapture, SandboxRefund, SandboxTrade, SandboxTransfer

__all__ = [
    "Difference",
    "GatewayMessage",
    "Payback",
    "PaymentIntent",
    "Payout",
    "Reconciliation",
    "SandboxCapture",
    "SandboxRefund",
    "SandboxTrade",
    "SandboxTransfer",
    "StrayPayment",
]
