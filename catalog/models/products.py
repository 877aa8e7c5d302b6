"""Products, what hides them, and what was sold of them."""

from datetime import datetime
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.types import DelistReason, ProductState, RestrictionKind
from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField

PRODUCT_STATES = [
    (ProductState.DRAFT, _("Not listed yet")),
    (ProductState.ON_SALE, _("On sale")),
    (ProductState.TAKEN_DOWN, _("Taken down")),
    (ProductState.DELISTED, _("Delisted")),
]
DELIST_REASONS = [
    (DelistReason.PROVIDER, _("Delisted by the provider")),
    (DelistReason.ZERO_SALES, _("No sale in three months")),
    (DelistReason.PLATFORM, _("Delisted by the platform")),
    (DelistReason.EXIT, _("The provider left")),
]


class Product(FSMModelMixin, models.Model):
    """What is offered, by whom, and is it for sale? (§6, §7, §18(14))

    `provider` sells, `performer` renders it; usually they are the same. What it says stands in its versions;
    `live_version` is the reviewed one on sale. `last_sale_at` and `zero_sales_due_at` are folded from ProductSale
    now and then, so that orders never write here; whoever acts on them asks the sales again.
    """

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    provider = models.ForeignKey(
        "providers.Provider", verbose_name=_("provider"), on_delete=models.PROTECT, related_name="products"
    )
    performer = models.ForeignKey(
        "providers.Provider",
        verbose_name=_("performed by"),
        on_delete=models.PROTECT,
        related_name="performed_products",
    )
    category = models.ForeignKey(
        "catalog.Category", verbose_name=_("category"), on_delete=models.PROTECT, related_name="products"
    )
    state = FSMField(_("state"), default=ProductState.DRAFT, choices=PRODUCT_STATES, protected=True, max_length=12)
    live_version = models.ForeignKey(
        "catalog.ProductVersion",
        verbose_name=_("version on sale"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(pgettext_lazy("catalog", "created"))
    listed_at = models.DateTimeField(_("listed"), null=True, blank=True)
    last_sale_at = models.DateTimeField(_("last sale"), null=True, blank=True)
    zero_sales_due_at = models.DateTimeField(_("delisted without a sale by"), null=True, blank=True)
    zero_sales_warn_at = models.DateTimeField(_("next warning"), null=True, blank=True)
    off_at = models.DateTimeField(_("left the market"), null=True, blank=True)
    off_reason = models.CharField(_("why"), max_length=12, choices=DELIST_REASONS, blank=True)
    off_note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["provider", "-id"], name="product_of_provider"),
            models.Index(fields=["zero_sales_due_at", "id"], name="product_zero_due", condition=Q(state="on_sale")),
            models.Index(
                fields=["zero_sales_warn_at", "id"],
                name="product_zero_warn",
                condition=Q(state="on_sale", zero_sales_warn_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="product_state_known", condition=Q(state__in=["draft", "on_sale", "taken_down", "delisted"])
            ),
            models.CheckConstraint(
                name="product_on_sale_whole",
                condition=~Q(state="on_sale")
                | Q(live_version__isnull=False, listed_at__isnull=False, zero_sales_due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="product_off_says_why",
                condition=~Q(state__in=["taken_down", "delisted"]) | (Q(off_at__isnull=False) & ~Q(off_reason="")),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="product_states",
                field="state",
                transitions=[
                    ("draft", "on_sale"),
                    ("delisted", "on_sale"),
                    ("taken_down", "on_sale"),
                    ("on_sale", "taken_down"),
                    ("on_sale", "delisted"),
                    ("taken_down", "delisted"),
                ],
            ),
            pgtrigger.Protect(name="product_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        """The title on its page, or its address while nothing of it was ever on sale."""
        return self.live_version.title if self.live_version else self.slug

    @property
    def reference(self) -> str:
        """The subject under which decisions and the audit trail know it."""
        return f"product:{self.pk}"

    @transition(
        field=state,
        source=[ProductState.DRAFT, ProductState.DELISTED, ProductState.TAKEN_DOWN],
        target=ProductState.ON_SALE,
    )
    def put_on_sale(self, *, version: Any, due_at: datetime, warn_at: datetime | None, now: datetime) -> None:
        """A reviewed version goes on sale; the three months without a sale start over (§18(14))."""
        self.live_version, self.listed_at = version, now
        self.last_sale_at = None
        self.zero_sales_due_at, self.zero_sales_warn_at = due_at, warn_at
        self.off_at, self.off_reason, self.off_note = None, "", ""

    @transition(field=state, source=ProductState.ON_SALE, target=ProductState.TAKEN_DOWN)
    def take_down(self, *, note: str, now: datetime) -> None:
        """The platform takes it down until it is mended and reviewed again."""
        self.off_at, self.off_reason, self.off_note = now, DelistReason.PLATFORM, note

    @transition(field=state, source=[ProductState.ON_SALE, ProductState.TAKEN_DOWN], target=ProductState.DELISTED)
    def delist(self, *, reason: str, note: str, now: datetime) -> None:
        """It leaves the market; what was sold goes on under its delisting policy (§10(7))."""
        self.off_at, self.off_reason, self.off_note = now, reason, note


class ProductRestriction(models.Model):
    """What hides a product from `starts_at` until `until` or until it is lifted (§20(2), §18(17)1)?

    An overlay: several may overlap, each lifts by itself. Written by `catalog.services` for the apps above.
    """

    product = models.ForeignKey(
        "catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT, related_name="restrictions"
    )
    kind = models.CharField(
        _("kind"),
        max_length=14,
        choices=[
            (RestrictionKind.FROZEN, _("Frozen")),
            (RestrictionKind.INFRINGEMENT, _("Infringement claim")),
            (RestrictionKind.OFF, _("Off until mended")),
        ],
    )
    reason = models.CharField(_("reason"), max_length=500)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    starts_at = models.DateTimeField(pgettext_lazy("catalog", "from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("product restriction")
        verbose_name_plural = _("product restrictions")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["product"], name="product_restricted", condition=Q(lifted_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="product_restriction_forward", condition=Q(until__isnull=True) | Q(until__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="product_restriction_kind_known", condition=Q(kind__in=["frozen", "infringement", "off"])
            ),
            models.UniqueConstraint(
                fields=["product", "kind", "reference"],
                name="product_restriction_once",
                condition=Q(lifted_at__isnull=True) & ~Q(reference=""),
            ),
        ]
        triggers = [pgtrigger.Protect(name="product_restriction_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.product} · {self.get_kind_display()}"


class ProductSale(models.Model):
    """Which paid orders were made of a product, and were they refunded in full since? (§18(14))

    One row an order, appended by the order's payment and never on the product's own row, so that many buyers of one
    product do not wait for each other. `stale` rows are yet to be folded into the figures.
    """

    product = models.ForeignKey(
        "catalog.Product",
        verbose_name=_("product"),
        on_delete=models.PROTECT,
        related_name="sales",
        db_index=False,
    )
    order = models.CharField(_("order"), max_length=20, unique=True)
    units = models.PositiveIntegerField(_("units"))
    amount = MoneyField(_("amount"))
    sold_at = models.DateTimeField(_("sold"))
    cancelled_at = models.DateTimeField(_("refunded in full"), null=True, blank=True)
    counted = models.BooleanField(default=False)
    stale = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["product", "-sold_at"], name="sale_latest", condition=Q(cancelled_at__isnull=True)),
            models.Index(fields=["id"], name="sale_stale", condition=Q(stale=True)),
        ]
        constraints = [models.CheckConstraint(name="sale_amount_not_negative", condition=Q(amount__gte=0))]

    def __str__(self) -> str:
        return self.order
