"""Rows of the catalog as the cards of the storefront take them."""

from collections.abc import Iterable, Mapping
from typing import Any

from catalog.addresses import cover_address
from web.components import words


def in_english() -> bool:
    """Whether the reader reads English."""
    return not words.in_chinese()


def store_name(store: Any) -> str:
    """What a store is called in the reader's language; nothing where there is none."""
    return ((store.name_en if in_english() else "") or store.name_zh) if store else ""


def worded(row: Mapping[str, Any], name: str) -> str:
    """A text of a row in the reader's language, or in the other where it is only there."""
    first, second = ("en", "zh") if in_english() else ("zh", "en")
    return row.get(f"{name}_{first}") or row.get(f"{name}_{second}") or ""


def card(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row of `catalog.selectors.cards_page` as a card."""
    english = in_english()
    return {
        "url": f"/p/{row['slug']}/",
        "name": worded(row, "title"),
        "line": worded(row, "tagline"),
        "provider": (row["provider_name_en"] if english else "") or row["provider_name"],
        "price": row["price_from"],
        "billing": "free" if row["is_free"] else row["billing"],
        "product_class": row["product_class"],
        "cover": cover_address(row["product"], row["cover"]),
        "score": row["score"] if row["reviews"] else None,
        "reviews": row["reviews"],
        "sold": row["sold"],
    }


def cards(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as cards, in their order."""
    return [card(row) for row in rows]
