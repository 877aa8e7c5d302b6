"""The operators' desk for orders."""

from orders.admin import cloud_invoices, screens  # noqa: F401  (registers the screens)
