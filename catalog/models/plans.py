"""What is sold of a version: plans, the milestones of a service, and its steps."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.types import Billing
from core.money import MoneyField

BILLINGS = [
    (Billing.FREE, _("Free")),
    (Billing.ONE_OFF, _("One-off")),
    (Billing.MONTHLY, _("Monthly")),
    (Billing.YEARLY, _("Yearly")),
]


class Plan(models.Model):
    """What can be bought, and for how much? (§10(2), §10(5))

    A plan belongs to one version and is as immutable as it; `code` names the same plan in every version of a product. A
    provider may stop selling a plan at once, and start again, without a review.
    """

    version = models.ForeignKey(
        "catalog.ProductVersion", verbose_name=_("version"), on_delete=models.PROTECT, related_name="plans"
    )
    product = models.ForeignKey(
        "catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT, related_name="plans"
    )
    code = models.SlugField(_("code"), max_length=30)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name_zh = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    summary_zh = models.CharField(_("contents in Chinese"), max_length=300, blank=True)
    summary_en = models.CharField(_("contents in English"), max_length=300, blank=True)
    billing = models.CharField(_("billing"), max_length=8, choices=BILLINGS)
    price = MoneyField(_("price"))
    supply_price = MoneyField(_("supply price"), null=True, blank=True)
    units_min = models.PositiveIntegerField(_("fewest units"), default=1)
    units_max = models.PositiveIntegerField(_("most units"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("not sold since"), null=True, blank=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="plan_code_once"),
            models.CheckConstraint(
                name="plan_billing_known", condition=Q(billing__in=["free", "one_off", "monthly", "yearly"])
            ),
            models.CheckConstraint(
                name="plan_price_fits_billing",
                condition=Q(billing="free", price=0) | (~Q(billing="free") & Q(price__gt=0)),
            ),
            models.CheckConstraint(
                name="plan_units_in_order",
                condition=Q(units_min__gte=1) & (Q(units_max__isnull=True) | Q(units_max__gte=models.F("units_min"))),
            ),
            models.CheckConstraint(
                name="plan_supply_price_below",
                condition=Q(supply_price__isnull=True) | Q(supply_price__gte=0, supply_price__lte=models.F("price")),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="plan_content_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("owner", "bigint"), ("standing", "text")],
                func="""
                    IF TG_OP = 'UPDATE' AND NEW.stopped_at IS DISTINCT FROM OLD.stopped_at
                       AND (to_jsonb(NEW) - 'stopped_at') = (to_jsonb(OLD) - 'stopped_at') THEN
                        RETURN NEW;
                    END IF;
                    owner := CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
                    SELECT state INTO standing FROM catalog_productversion WHERE id = owner;
                    IF standing <> 'draft' THEN
                        RAISE EXCEPTION 'plans of a submitted version stay as they are' USING ERRCODE = '23514';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language, or in Chinese where there is no English one."""
        if (get_language() or "").startswith("en") and self.name_en:
            return self.name_en
        return self.name_zh


class MilestoneTemplate(models.Model):
    """Into which steps is a service divided, and when is each of them done? (§11)

    `share` is the part of the price in per cent; the shares of a version add up to 100.
    """

    version = models.ForeignKey(
        "catalog.ProductVersion", verbose_name=_("version"), on_delete=models.CASCADE, related_name="milestones"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    title_zh = models.CharField(_("title in Chinese"), max_length=60)
    title_en = models.CharField(_("title in English"), max_length=100, blank=True)
    days = models.PositiveSmallIntegerField(_("days"))
    share = models.DecimalField(_("share of the price (%)"), max_digits=5, decimal_places=2)
    acceptance_zh = models.TextField(_("acceptance criteria in Chinese"), blank=True)
    acceptance_en = models.TextField(_("acceptance criteria in English"), blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="milestone_position_once"),
            models.CheckConstraint(name="milestone_days_positive", condition=Q(days__gte=1)),
            models.CheckConstraint(name="milestone_share_is_one", condition=Q(share__gte=0, share__lte=Decimal("100"))),
        ]

    def __str__(self) -> str:
        return self.title_zh


class ServiceStep(models.Model):
    """How is the service rendered, step by step, as the product page tells it?"""

    version = models.ForeignKey(
        "catalog.ProductVersion", verbose_name=_("version"), on_delete=models.CASCADE, related_name="steps"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    title_zh = models.CharField(_("title in Chinese"), max_length=60)
    title_en = models.CharField(_("title in English"), max_length=100, blank=True)
    text_zh = models.TextField(_("text in Chinese"), blank=True)
    text_en = models.TextField(_("text in English"), blank=True)

    class Meta:
        verbose_name = _("service step")
        verbose_name_plural = _("service steps")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="step_position_once")]

    def __str__(self) -> str:
        return self.title_zh
