"""Rows under lock, always the product before its version."""

from django.utils.translation import gettext_lazy as _

from catalog.models import Product, ProductVersion
from core.acts import require_transaction
from core.errors import NotAllowed, NotFound
from core.fsm import can_proceed


class ProductNotFound(NotFound):
    """There is no such product."""

    code = "product_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such product."))


class NotNow(NotAllowed):
    """The state that the product or version is in does not allow it."""

    code = "not_now"


def product_locked(product_id: int) -> Product:
    """A product with its provider and category, its row locked until the act ends. Raises ProductNotFound."""
    require_transaction()
    found = (
        Product.objects.select_for_update(no_key=True, of=("self",))
        .select_related("provider", "category", "live_version")
        .filter(pk=product_id)
        .first()
    )
    if found is None:
        raise ProductNotFound
    return found


def version_locked(version_id: int) -> ProductVersion:
    """A version with its product, both locked until the act ends. Raises ProductNotFound."""
    require_transaction()
    product_id = ProductVersion.objects.filter(pk=version_id).values_list("product_id", flat=True).first()
    if product_id is None:
        raise ProductNotFound
    product = product_locked(product_id)
    version = (
        ProductVersion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("category", "performer")
        .get(pk=version_id)
    )
    version.product = product
    return version


def require_possible(transition: object) -> None:
    """Refuse a transition that the state does not allow. Raises NotNow."""
    if not can_proceed(transition):
        raise NotNow(_("This is not possible in the state that it is in now. Load the page again."))
