"""The service fee of each sale, and what a provider has sold in a year."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.money import MoneyField


class FeeEntry(models.Model):
    """Which sales count towards a provider's service fee of a natural year, and what fee was fixed with each?

    Appended with an order's payment (and with a negative base when it is refunded in its guarantee), never on a row
    that the provider's orders share; `folded` rows are already in FeeYear.
    """

    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=60, unique=True)
    order = models.CharField(max_length=20, db_index=True)
    product_class = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    amount = MoneyField(default=Decimal("0.00"))
    refunded = MoneyField(default=Decimal("0.00"))
    base = MoneyField()
    fee = MoneyField()
    at = models.DateTimeField()
    folded = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("service fee entry")
        verbose_name_plural = _("service fee entries")
        indexes = [
            models.Index(fields=["provider", "year"], name="fee_unfolded", condition=Q(folded=False), include=["base"])
        ]
        constraints = [
            models.CheckConstraint(
                name="fee_of_a_payment_or_refund",
                condition=Q(amount__gte=F("fee"), fee__gte=0, base__gte=0, refunded=0)
                | Q(amount=0, fee__lte=0, base__lte=0, refunded__gt=0),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="fee_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="fee_fixed", exclude=["folded"]),
        ]

    def __str__(self) -> str:
        return self.key


class FeeYear(models.Model):
    """How much has a provider sold in a natural year, as far as its entries are folded?"""

    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    base = MoneyField(default=Decimal("0.00"))

    class Meta:
        verbose_name = _("sales of a year")
        verbose_name_plural = _("sales of a year")
        constraints = [models.UniqueConstraint(fields=["provider", "year"], name="fee_year_once")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.year}"
