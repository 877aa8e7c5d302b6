"""Invoices for what a provider bought of the cloud itself (§13(4))."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from orders.types import CloudInvoiceState


class CloudInvoice(FSMModelMixin, models.Model):
    """Which invoice does a provider ask the cloud for, for which bill, and was it issued? (§13(4))

    The bill is the cloud's own; the market holds no money of it and only passes the request on and its answer back.
    Written by `orders.services.cloud_invoicing`.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="cloud_invoices", verbose_name=_("provider")
    )
    bill = models.CharField(_("number of the cloud's bill"), max_length=60)
    amount = MoneyField(_("amount"))
    heading = models.CharField(_("name on the invoice"), max_length=120)
    tax_number = models.CharField(_("tax number"), max_length=30, blank=True)
    email = models.EmailField(_("sent to"), max_length=254, blank=True)
    requested_at = models.DateTimeField(pgettext_lazy("orders", "asked for"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    due_at = models.DateTimeField(pgettext_lazy("orders", "due"))
    document_number = models.CharField(_("number of the document"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decided_at = models.DateTimeField(pgettext_lazy("orders", "decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    state = FSMField(
        _("state"),
        default=CloudInvoiceState.REQUESTED,
        choices=[
            (CloudInvoiceState.REQUESTED, pgettext_lazy("orders", "Asked for")),
            (CloudInvoiceState.ISSUED, _("Issued")),
            (CloudInvoiceState.DECLINED, _("Declined")),
        ],
        protected=True,
        max_length=10,
    )

    class Meta:
        verbose_name = _("invoice for cloud purchases")
        verbose_name_plural = _("invoices for cloud purchases")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["requested_at", "id"], name="cloud_invoice_queue", condition=Q(state="requested"))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "bill"],
                name="cloud_invoice_one_a_bill",
                condition=Q(state__in=["requested", "issued"]),
            ),
            models.CheckConstraint(name="cloud_invoice_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="cloud_invoice_due_after", condition=Q(due_at__gt=F("requested_at"))),
            models.CheckConstraint(
                name="cloud_invoice_state_whole",
                condition=Q(state="requested", decided_at__isnull=True)
                | (Q(state="issued", decided_at__isnull=False, decided_by__isnull=False) & ~Q(document_number=""))
                | (Q(state="declined", decided_at__isnull=False, decided_by__isnull=False) & ~Q(reason="")),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="cloud_invoice_states",
                field="state",
                transitions=[("requested", "issued"), ("requested", "declined")],
            ),
            pgtrigger.Protect(
                name="cloud_invoice_decided_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["issued", "declined"]),
            ),
            pgtrigger.Protect(name="cloud_invoice_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(state, source=CloudInvoiceState.REQUESTED, target=CloudInvoiceState.ISSUED)
    def issue(self, *, document_number: str, by_id: int, now: datetime) -> None:
        """The cloud made it out."""
        self.document_number, self.decided_by_id, self.decided_at = document_number, by_id, now

    @transition(state, source=CloudInvoiceState.REQUESTED, target=CloudInvoiceState.DECLINED)
    def decline(self, *, reason: str, by_id: int, now: datetime) -> None:
        """There is no such bill, or it was invoiced before."""
        self.reason, self.decided_by_id, self.decided_at = reason, by_id, now
