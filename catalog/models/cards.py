"""The storefront's read model: one flat row a product, and the fingerprint by which copies are found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from core.money import MoneyField

_LIVE = Q(on_sale=True)


class ListingCard(models.Model):
    """What a storefront list shows of a product, so that a page is one query over one table.

    Written with the acts that change what it shows, and brought up to date by a sweep where a lower app changed a name.
    What hides a product or its provider is asked when the page is drawn, not kept here.
    """

    product = models.OneToOneField("catalog.Product", primary_key=True, on_delete=models.CASCADE, related_name="card")
    on_sale = models.BooleanField(default=True)
    provider = models.ForeignKey("providers.Provider", on_delete=models.CASCADE, related_name="+", db_index=False)
    provider_name = models.CharField(max_length=120)
    provider_name_en = models.CharField(max_length=120, blank=True)
    store_slug = models.CharField(max_length=80)
    category_id = models.BigIntegerField()
    root_id = models.BigIntegerField()
    category_slug = models.CharField(max_length=60)
    category_zh = models.CharField(max_length=40)
    category_en = models.CharField(max_length=60)
    product_class = models.CharField(max_length=12)
    slug = models.CharField(max_length=80)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    tagline_zh = models.CharField(max_length=200)
    tagline_en = models.CharField(max_length=200)
    cover = models.CharField(max_length=200, blank=True)
    price_from = MoneyField()
    price_to = MoneyField()
    billing = models.CharField(max_length=8)
    plan_count = models.PositiveSmallIntegerField(default=1)
    is_free = models.BooleanField()
    policy_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    warranty_months = models.PositiveSmallIntegerField(default=0)
    listed_at = models.DateTimeField()
    released_at = models.DateTimeField()
    score = models.DecimalField(max_digits=3, decimal_places=2, default=0)
    reviews = models.PositiveIntegerField(default=0)
    sold = models.PositiveIntegerField(default=0)
    popularity = models.PositiveIntegerField(default=0)
    demoted = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    # What is found: everything, by its index. What is weighed: names and titles only, small enough to stay in the row.
    search = SearchVectorField()
    heading = SearchVectorField()

    class Meta:
        verbose_name = "listing card"
        verbose_name_plural = "listing cards"
        indexes = [
            GinIndex(fields=["search"], name="card_search"),
            models.Index(fields=["-listed_at", "-product"], name="card_new", condition=_LIVE),
            models.Index(fields=["-popularity", "-product"], name="card_sold", condition=_LIVE),
            models.Index(fields=["-score", "-product"], name="card_score", condition=_LIVE),
            models.Index(fields=["price_from", "product"], name="card_price", condition=_LIVE),
            models.Index(fields=["root_id", "-listed_at", "-product"], name="card_root_new", condition=_LIVE),
            models.Index(fields=["root_id", "-popularity", "-product"], name="card_root_sold", condition=_LIVE),
            models.Index(fields=["root_id", "-score", "-product"], name="card_root_score", condition=_LIVE),
            models.Index(fields=["root_id", "price_from", "product"], name="card_root_price", condition=_LIVE),
            models.Index(fields=["category_id", "-listed_at", "-product"], name="card_cat_new", condition=_LIVE),
            models.Index(fields=["category_id", "-popularity", "-product"], name="card_cat_sold", condition=_LIVE),
            models.Index(fields=["category_id", "-score", "-product"], name="card_cat_score", condition=_LIVE),
            models.Index(fields=["category_id", "price_from", "product"], name="card_cat_price", condition=_LIVE),
            models.Index(fields=["provider", "-popularity", "-product"], name="card_provider", condition=_LIVE),
            models.Index(fields=["changed_at"], name="card_changed"),
        ]
        constraints = [
            models.CheckConstraint(name="card_prices_in_order", condition=Q(price_from__lte=models.F("price_to"))),
            models.CheckConstraint(name="card_score_is_one", condition=Q(score__gte=0, score__lte=5)),
        ]

    def __str__(self) -> str:
        return self.slug


class ListingFingerprint(models.Model):
    """How alike are two listings? A MinHash of the live or submitted text, with bands to find candidates (§10(5))."""

    product = models.OneToOneField(
        "catalog.Product", primary_key=True, on_delete=models.CASCADE, related_name="fingerprint"
    )
    provider_id = models.BigIntegerField()
    version_id = models.BigIntegerField()
    signature = ArrayField(models.BigIntegerField())
    bands = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name = "listing fingerprint"
        verbose_name_plural = "listing fingerprints"
        indexes = [GinIndex(fields=["bands"], name="fingerprint_bands")]

    def __str__(self) -> str:
        return str(self.product_id)
