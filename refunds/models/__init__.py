"""Rows of refunds: the request, its room, its evidence, and where its money came from."""

from refunds.models.request import REASONS, REFUND_MOVES, RefundRequest
from refunds.models.room import RefundFile, RefundFunding, RefundMessage, RefundOffer, refund_file_path

__all__ = [
    "REASONS",
    "REFUND_MOVES",
    "RefundFile",
    "RefundFunding",
    "RefundMessage",
    "RefundOffer",
    "RefundRequest",
    "refund_file_path",
]
