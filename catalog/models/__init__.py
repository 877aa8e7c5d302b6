"""Rows of the catalog: categories, products, versions with their plans, findings, sales, and the storefront's cards."""

from catalog.models.attestations import StaleNotice, VersionAttestation
from catalog.models.cards import ListingCard, ListingFingerprint
from catalog.models.categories import Category
from catalog.models.findings import ListingFinding
from catalog.models.packages import Package, PackageScan
from catalog.models.plans import MilestoneTemplate, Plan, ServiceStep
from catalog.models.products import Product, ProductRestriction, ProductSale
from catalog.models.versions import ProductVersion

__all__ = [
    "Category",
    "ListingCard",
    "ListingFinding",
    "ListingFingerprint",
    "MilestoneTemplate",
    "Package",
    "PackageScan",
    "Plan",
    "Product",
    "ProductRestriction",
    "ProductSale",
    "ProductVersion",
    "ServiceStep",
    "StaleNotice",
    "VersionAttestation",
]
