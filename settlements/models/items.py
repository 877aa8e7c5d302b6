"""What providers are owed, what is taken from it, and what is kept back for now."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.money import MoneyField
from settlements.types import HoldReason, ItemKind

ITEM_KINDS = [
    (ItemKind.SALE, _("Sale")),
    (ItemKind.FEE, _("Service fee")),
    (ItemKind.RECOVERY, _("Recovery of a refund")),
    (ItemKind.TOPUP, _("Deposit top-up")),
    (ItemKind.DEDUCTION, _("Deduction")),
]


class SettlementItem(models.Model):
    """What is a provider owed or does it owe, for which order, and how much of it is in a statement? (§11(1)1, §17(5))

    `amount` is positive, `kind` says which way it goes. `settled` is what statements in force contain of it;
    `moved` what the books have already moved out of what the provider is owed. A debt with a `counter_account` is
    posted there as far as a statement covers it; without one the money was moved when the item was made.
    """

    provider = models.ForeignKey(
        "providers.Provider", verbose_name=_("provider"), on_delete=models.PROTECT, related_name="settlement_items"
    )
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=ITEM_KINDS)
    amount = MoneyField(_("amount"))
    reference = models.CharField(_("reference"), max_length=60)
    note = models.CharField(_("note"), max_length=300, blank=True)
    counter_account = models.CharField(_("other account"), max_length=120, blank=True)
    settled = MoneyField(_("taken into statements"), default=Decimal("0.00"))
    moved = MoneyField(_("moved in the books"), default=Decimal("0.00"))
    cycles = models.PositiveSmallIntegerField(_("times carried forward"), default=0)
    eligible_at = models.DateTimeField(_("out of guarantee"))
    created_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("settlement item")
        verbose_name_plural = _("settlement items")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["provider", "eligible_at"], name="item_open", condition=Q(settled__lt=F("amount"))),
            models.Index(
                fields=["eligible_at", "provider"], name="item_open_due", condition=Q(settled__lt=F("amount"))
            ),
            models.Index(fields=["reference"], name="item_reference"),
            models.Index(fields=["provider", "-id"], name="item_of_provider"),
        ]
        constraints = [
            models.CheckConstraint(name="item_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="item_settled_within", condition=Q(settled__gte=0, settled__lte=F("amount"))),
            models.CheckConstraint(name="item_moved_within", condition=Q(moved__gte=0, moved__lte=F("amount"))),
            models.CheckConstraint(
                name="item_kind_known", condition=Q(kind__in=["sale", "fee", "recovery", "topup", "deduction"])
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="item_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="item_fixed", exclude=["settled", "moved", "cycles"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"


class SettlementHold(models.Model):
    """Why is what a reference earned kept out of statements for now? (§11(1)2, §13(2))

    Placed and lifted by the apps above: an open refund or complaint, an invoice that is owed. It may stand before
    the item does.
    """

    reference = models.CharField(_("reference"), max_length=60)
    reason = models.CharField(
        _("reason"),
        max_length=12,
        choices=[
            (HoldReason.REFUND, _("A refund is open")),
            (HoldReason.COMPLAINT, _("A complaint is open")),
            (HoldReason.INVOICE, _("An invoice is owed")),
            (HoldReason.CASE, _("A case is open")),
        ],
    )
    cause = models.CharField(_("because of"), max_length=60, blank=True)
    placed_at = models.DateTimeField(_("held since"))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("settlement hold")
        verbose_name_plural = _("settlement holds")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "reason", "cause"], name="hold_once", condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                name="hold_reason_known", condition=Q(reason__in=["refund", "complaint", "invoice", "case"])
            ),
        ]
        triggers = [pgtrigger.Protect(name="settlement_hold_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reference} · {self.get_reason_display()}"
