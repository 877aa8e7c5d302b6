"""The fingerprint by which copies of a listing are found."""

from catalog.checks import likeness
from catalog.models import ListingFingerprint, ProductVersion
from catalog.selectors.contents import comparable_text
from catalog.types import ListingContent
from core.acts import require_transaction


def fingerprint_write(version: ProductVersion, content: ListingContent) -> None:
    """Keep the fingerprint of what a version says, in place of the one of an earlier version."""
    require_transaction()
    values = likeness.signature(likeness.shingles(comparable_text(content)))
    ListingFingerprint.objects.bulk_create(
        [
            ListingFingerprint(
                product_id=version.product_id,
                provider_id=version.product.provider_id,
                version_id=version.pk,
                signature=list(values),
                bands=list(likeness.bands(values)),
            )
        ],
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["provider_id", "version_id", "signature", "bands"],
    )
