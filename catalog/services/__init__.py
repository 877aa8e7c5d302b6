"""The acts of the catalog."""

from catalog.services.attestations import stale_hand_on, stale_remind, version_attest
from catalog.services.cards import cards_refresh, cards_refresh_for_provider
from catalog.services.categories import categories_load, category_write
from catalog.services.listings import (
    NotADraft,
    VersionOpen,
    cover_set,
    product_create,
    version_open,
    version_save,
)
from catalog.services.market import (
    plan_resume,
    plan_stop,
    product_delist,
    product_restrict,
    product_restriction_lift,
    product_take_down,
)
from catalog.services.packages import package_add, package_remove
from catalog.services.reviews import (
    FindingsOpen,
    PackageUnsafe,
    awaiting_release,
    finding_add,
    finding_judge,
    version_approve,
    version_claim,
    version_put_back,
    version_refuse,
    version_return,
)
from catalog.services.sales import listing_figures_record, sale_cancel, sale_record, sales_fold
from catalog.services.submissions import ListingRefused, version_submit, version_withdraw
from catalog.services.zero_sales import zero_sales_delist, zero_sales_delist_many, zero_sales_warn

__all__ = [
    "FindingsOpen",
    "ListingRefused",
    "NotADraft",
    "PackageUnsafe",
    "VersionOpen",
    "awaiting_release",
    "cards_refresh",
    "cards_refresh_for_provider",
    "categories_load",
    "category_write",
    "cover_set",
    "finding_add",
    "finding_judge",
    "listing_figures_record",
    "package_add",
    "package_remove",
    "plan_resume",
    "plan_stop",
    "product_create",
    "product_delist",
    "product_restrict",
    "product_restriction_lift",
    "product_take_down",
    "sale_cancel",
    "sale_record",
    "sales_fold",
    "stale_hand_on",
    "stale_remind",
    "version_approve",
    "version_attest",
    "version_claim",
    "version_open",
    "version_put_back",
    "version_refuse",
    "version_return",
    "version_save",
    "version_submit",
    "version_withdraw",
    "zero_sales_delist",
    "zero_sales_delist_many",
    "zero_sales_warn",
]
