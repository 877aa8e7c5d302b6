"""Files that belong to an order: evidence of milestones, deliveries, claims, invoices."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


def order_file_path(found: "OrderFile", filename: str) -> str:
    """Where a file is kept: by order, under its digest."""
    return f"orders/{found.order_id}/{found.sha256[:24]}/{filename}"


class OrderFile(models.Model):
    """What was handed in, by whom, and for which part of the order? Never changed.

    `place` names the part: `submission:5`, `delivery:2`, `claim:3`, `answer:3`, `invoice:7`, `settlement:1`.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="files", verbose_name=_("order"), db_index=False
    )
    place = models.CharField(_("part"), max_length=30)
    file = models.FileField(_("file"), upload_to=order_file_path, max_length=255)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["id"]
        indexes = [models.Index(fields=["order", "place"], name="order_file_place")]
        triggers = [pgtrigger.Protect(name="order_file_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name
