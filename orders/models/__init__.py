"""Rows of orders: the order itself, its steps, what was handed over, claims, invoices and reviews."""

from orders.models.claims import DeductionOffer, WarrantyClaim
from orders.models.cloud_invoices import CloudInvoice
from orders.models.files import OrderFile
from orders.models.holds import OrderHold
from orders.models.invoices import Invoice
from orders.models.milestones import Delivery, MilestoneSubmission, OrderMilestone
from orders.models.order import ORDER_MOVES, Order
from orders.models.reviews import Review, ReviewFollowUp, ReviewReply

__all__ = [
    "ORDER_MOVES",
    "CloudInvoice",
    "DeductionOffer",
    "Delivery",
    "Invoice",
    "MilestoneSubmission",
    "Order",
    "OrderFile",
    "OrderHold",
    "OrderMilestone",
    "Review",
    "ReviewFollowUp",
    "ReviewReply",
    "WarrantyClaim",
]
