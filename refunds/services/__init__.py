"""The acts of refunds: the only code that writes here."""

from refunds.services.access import RefundNotFound, RefundNotNow
from refunds.services.asking import (
    RefundOpen,
    refund_after_deduction,
    refund_on_exit,
    refund_request,
    refund_withdraw,
)
from refunds.services.deciding import (
    refund_decide_in_full,
    refund_negotiation_lapse,
    refund_reject,
    refund_reply_lapse,
    refund_uphold,
)
from refunds.services.negotiating import (
    OwnSignature,
    refund_accept,
    refund_dispute,
    refund_escalate,
    refund_offer,
    refund_offer_decline,
    refund_offer_sign,
    refund_offer_withdraw,
    refund_say,
)
from refunds.services.paying import refund_arrived

__all__ = [
    "OwnSignature",
    "RefundNotFound",
    "RefundNotNow",
    "RefundOpen",
    "refund_accept",
    "refund_after_deduction",
    "refund_arrived",
    "refund_decide_in_full",
    "refund_dispute",
    "refund_escalate",
    "refund_negotiation_lapse",
    "refund_offer",
    "refund_offer_decline",
    "refund_offer_sign",
    "refund_offer_withdraw",
    "refund_on_exit",
    "refund_reject",
    "refund_reply_lapse",
    "refund_request",
    "refund_say",
    "refund_uphold",
    "refund_withdraw",
]
