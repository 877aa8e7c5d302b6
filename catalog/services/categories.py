"""The category tree: loaded with the product, kept by operators (§4)."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.freshness import storefront_changed
from catalog.models import Category, ListingCard
from catalog.services.access import require_reviewer
from catalog.types import ProductClass
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from regulation.services import audit_record

DATA = Path(__file__).resolve().parent.parent / "data" / "categories.json"
FIELDS = (
    "name_zh", "name_en", "summary_zh", "summary_en", "product_class", "free_owes_aftersales", "qualifications", "icon",
    "position", "active",
)  # fmt: skip


@act
def categories_load(*, now: datetime) -> int:
    """Load the categories that the product ships; what operators have changed since stays.

    Returns how many were added.
    """
    added = 0
    for row in json.loads(DATA.read_text(encoding="utf-8")):
        parent = Category.objects.filter(slug=row.pop("parent", "")).first()
        slug = row.pop("slug")
        if Category.objects.filter(slug=slug).exists():
            continue
        category_write(slug=slug, values=row, parent=parent, actor=SYSTEM, now=now)
        added += 1
    return added


@act
def category_write(
    *, slug: str, values: dict[str, Any], parent: Category | None = None, actor: Actor, now: datetime
) -> Category:
    """Add a category or change one. Two levels at most; each has one class, and that of one
    that has products stays (§4, §6, §17(1)).

    Raises InvalidInput for what is missing or unknown, NotAllowed for a class that products already rest on.
    """
    require_reviewer(actor)
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise InvalidInput(_("This cannot be changed here."), field=sorted(unknown)[0])
    if parent is not None and parent.parent_id is not None:
        raise InvalidInput(_("Categories have two levels at most."), field="parent")
    category = Category.objects.select_for_update().filter(slug=slug).first()
    before = {name: getattr(category, name) for name in FIELDS} if category else {}
    if category is None:
        category = Category(slug=slug, parent=parent)
    wanted = values.get("product_class", category.product_class)
    if wanted not in set(ProductClass):
        raise InvalidInput(_("Choose a class."), field="product_class")
    if category.pk and wanted != category.product_class and category.products.exists():
        raise NotAllowed(
            _("The class decides the guarantee of what was sold and stays while the category has products."),
            field="product_class",
            clauses=("17(1)",),
        )
    for name, value in values.items():
        setattr(category, name, value)
    if not category.name_zh or not category.name_en:
        raise InvalidInput(_("Name the category in both languages."), field="name_zh")
    category.save()
    ListingCard.objects.filter(category_id=category.pk).update(
        category_zh=category.name_zh, category_en=category.name_en, changed_at=now
    )
    storefront_changed()
    audit_record(
        act="catalog.category_write",
        actor=actor,
        subject=f"category:{category.slug}",
        before=before,
        after={name: getattr(category, name) for name in FIELDS},
        now=now,
    )
    return category
