"""Who may see which cover."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.models import ProductVersion
from catalog.types import VersionState
from core.errors import NotFound
from providers.selectors import role_of


@dataclass(frozen=True, slots=True)
class CoverFile:
    """A stored cover; `public` once a version with it was on sale."""

    file: Any
    public: bool


def cover_for(*, product_id: int, name: str, user: Any) -> CoverFile:
    """A product's cover by its name; before it was on sale only its provider and operators see it. Raises NotFound."""
    versions = ProductVersion.objects.filter(product=product_id, cover=f"covers/{product_id}/{name}")
    released = versions.filter(state__in=[VersionState.RELEASED, VersionState.SUPERSEDED]).first()
    found = released or versions.select_related("product__provider").first()
    if found is None:
        raise NotFound(_("There is no such picture."))
    if released is None and not (
        user.is_authenticated and (user.is_operator or role_of(user, found.product.provider) is not None)
    ):
        raise NotFound(_("There is no such picture."))
    return CoverFile(found.cover, released is not None)
