"""What a listing may not say, must say, and how it must fit together (§10, §11, §12, §17, §18(2)).

Pure: content in, findings out.
"""

from __future__ import annotations

from catalog.checks.links import check_links
from catalog.checks.parts import check_parts
from catalog.checks.prices import check_prices
from catalog.checks.words import check_words
from catalog.types import Finding, ListingContent, Severity
from regulation.types import Rulebook

FIELD_ORDER = (
    "category",
    "title",
    "tagline",
    "cover",
    "description",
    "cases",
    "attributes",
    "plans",
    "milestones",
    "steps",
    "refund_text",
    "policy_percent",
    "warranty_months",
    "aftersales",
    "terms",
    "delist_use",
    "delist_transfer",
    "delist_data",
    "security",
    "deployment_basis",
    "deployment_note",
    "ip_confirmed",
    "open_source",
    "data_items",
    "own_site_url",
    "packages",
)
_PLACE = {name: place for place, name in enumerate(FIELD_ORDER)}


def field_place(field: str) -> int:
    """Where a field stands in the editor, so that findings read from top to bottom."""
    base = field.partition(".")[0]
    return _PLACE.get(base, _PLACE.get(base.removesuffix("_zh").removesuffix("_en"), len(_PLACE)))


def check_listing(content: ListingContent, rulebook: Rulebook) -> tuple[Finding, ...]:
    """Everything that the rules find in a listing, from the top of the editor to its bottom.

    The same listing under the same rulebook always gives the same findings.
    """
    found = [
        *check_parts(content),
        *check_words(content, rulebook),
        *check_links(content, rulebook),
        *check_prices(content),
    ]
    return tuple(
        sorted(found, key=lambda item: (field_place(item.field), item.field, item.row or 0, item.start, item.code))
    )


def stops_submission(findings: tuple[Finding, ...]) -> bool:
    """Whether anything found must be changed before the listing can be handed in."""
    return any(item.severity is Severity.REFUSE for item in findings)


__all__ = ["check_listing", "field_place", "stops_submission"]
