"""The operators' desk for the catalog."""

from catalog.admin.categories import CategoryAdmin
from catalog.admin.products import ProductAdmin
from catalog.admin.reviews import ProductVersionAdmin

__all__ = ["CategoryAdmin", "ProductAdmin", "ProductVersionAdmin"]
