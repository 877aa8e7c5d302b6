"""Which of the others' listings a listing resembles (§10(5))."""

from collections.abc import Iterator

from catalog.checks import likeness
from catalog.models import ListingFingerprint, ProductVersion
from catalog.selectors.contents import comparable_text, content_of
from catalog.types import Finding, ListingContent, Lookalike, Severity

MOST_CANDIDATES = 20
SHORTEST = 60


def lookalikes(version: ProductVersion, content: ListingContent | None = None) -> list[Lookalike]:
    """Other providers' listings that resemble a version, the most alike first."""
    pieces = likeness.shingles(comparable_text(content or content_of(version)))
    if len(pieces) < SHORTEST:
        return []
    values = likeness.signature(pieces)
    candidates = list(
        ListingFingerprint.objects.filter(bands__overlap=list(likeness.bands(values)))
        .exclude(provider_id=version.product.provider_id)
        .values_list("version_id", "signature")[:500]
    )
    ranked = sorted(candidates, key=lambda row: (-likeness.estimate_percent(values, tuple(row[1])), row[0]))
    others = ProductVersion.objects.select_related("product__provider", "category").in_bulk(
        [row[0] for row in ranked[:MOST_CANDIDATES]]
    )
    found = [
        Lookalike(
            other.product_id,
            other.title_zh,
            str(other.product.provider),
            likeness.likeness_percent(pieces, likeness.shingles(comparable_text(content_of(other)))),
        )
        for other in others.values()
    ]
    return sorted(
        (item for item in found if item.percent >= likeness.WARN_PERCENT),
        key=lambda item: (-item.percent, item.product_id),
    )


def lookalike_findings(version: ProductVersion, content: ListingContent) -> tuple[Finding, ...]:
    """What the likeness to others' listings amounts to: a copy is refused, a resemblance goes to the reviewer."""
    return tuple(_findings(lookalikes(version, content)))


def _findings(found: list[Lookalike]) -> Iterator[Finding]:
    for item in found[:3]:
        copied = item.percent >= likeness.REFUSE_PERCENT
        yield Finding(
            "copy",
            "description_zh",
            "10(5)",
            Severity.REFUSE if copied else Severity.WARN,
            f"内容与另一家服务商的商品“{item.title}”有 {item.percent}% 相同。请写自己的内容。",
            f"{item.percent}% of the text is that of another provider's product, “{item.title}”. Write your own.",
            excerpt=f"product:{item.product_id}",
        )
