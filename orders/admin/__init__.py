"""The operators' desk for orders."""

from orders.admin import screens  # noqa: F401  (registers the screens)
