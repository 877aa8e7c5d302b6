"""What keeps an order's money where it is."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.types import HoldReason

HOLDS = [
    (HoldReason.REFUND, _("A refund is open")),
    (HoldReason.COMPLAINT, _("A complaint is open")),
    (HoldReason.CASE, _("A case is open")),
    (HoldReason.INVOICE, _("An invoice is owed")),
]


class OrderHold(models.Model):
    """Why does an order's money stay where it is, and since when? (§11(1)2, §13(2))

    One row a cause: a refund request, a complaint, a case, an invoice. Placed and lifted by whoever caused it.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=10, choices=HOLDS)
    cause = models.CharField(_("because of"), max_length=40)
    placed_at = models.DateTimeField(_("held since"))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "reason", "cause"], name="order_hold_once", condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                name="order_hold_reason_known", condition=Q(reason__in=["refund", "complaint", "case", "invoice"])
            ),
            models.CheckConstraint(
                name="order_hold_lifted_after", condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("placed_at"))
            ),
        ]
        triggers = [pgtrigger.Protect(name="order_hold_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.order_id} {self.reason}"
