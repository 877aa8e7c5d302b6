"""Requests for invoices of the cloud (§13(4))."""

from typing import Any

from orders.models import CloudInvoice
from orders.types import CloudInvoiceState
from providers.models import Provider


def cloud_invoices_of(provider: Provider) -> Any:
    """The requests of a provider, the latest first."""
    return CloudInvoice.objects.filter(provider=provider).order_by("-id")


def cloud_invoices_waiting() -> Any:
    """Requests that finance has to answer, the oldest first."""
    rows = CloudInvoice.objects.filter(state=CloudInvoiceState.REQUESTED).select_related("provider")
    return rows.order_by("requested_at", "id")
