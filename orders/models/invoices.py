"""Invoices: who owes one to whom, and was it issued? (§13)"""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from orders.models.order import Order
from orders.types import InvoiceKind, InvoiceParty, InvoiceState
from providers.triggers import ReadOnlyWhen

PARTIES = [
    (InvoiceParty.PROVIDER, _("Provider")),
    (InvoiceParty.BUYER, _("Buyer")),
    (InvoiceParty.PLATFORM, _("Platform")),
]
KINDS = [(InvoiceKind.NORMAL, _("Invoice")), (InvoiceKind.RED, _("Red invoice"))]
STATES = [
    (InvoiceState.REQUESTED, _("Owed")),
    (InvoiceState.ISSUED, _("Issued")),
    (InvoiceState.CANCELLED, _("No longer owed")),
]


class Invoice(FSMModelMixin, models.Model):
    """Which invoice does somebody owe for an order, for how much, and was it issued? (§13)

    A normal one is for what was paid and not refunded; a red one reverses an issued one by what was refunded since.
    While the
    provider owes one, what the order earned stays out of statements.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=6, choices=KINDS, default=InvoiceKind.NORMAL)
    issuer = models.CharField(_("issued by"), max_length=8, choices=PARTIES)
    recipient = models.CharField(_("issued to"), max_length=8, choices=PARTIES)
    amount = MoneyField(_("amount"))
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name=_("reverses")
    )
    cause = models.CharField(_("because of"), max_length=40, blank=True)
    heading = models.CharField(_("name on the invoice"), max_length=120, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=30, blank=True)
    email = models.EmailField(_("sent to"), max_length=254, blank=True)
    state = FSMField(_("state"), default=InvoiceState.REQUESTED, choices=STATES, protected=True, max_length=10)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    requested_at = models.DateTimeField(pgettext_lazy("orders", "asked for"))
    due_at = models.DateTimeField(pgettext_lazy("orders", "due"))
    late_told_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    decision = models.ForeignKey(
        "regulation.DecisionRecord",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decision"),
    )
    document_number = models.CharField(_("number of the document"), max_length=60, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entered by"),
    )
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="invoice_due",
                condition=Q(state="requested", late_told_at__isnull=True),
            ),
            models.Index(fields=["issuer", "-id"], name="invoice_owed", condition=Q(state="requested")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "issuer", "recipient"],
                name="invoice_one_normal",
                condition=Q(kind="normal", state__in=["requested", "issued"]),
            ),
            models.UniqueConstraint(
                fields=["reverses", "cause"], name="invoice_reversed_once", condition=Q(kind="red")
            ),
            models.CheckConstraint(name="invoice_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="invoice_two_parties", condition=~Q(issuer=F("recipient"))),
            models.CheckConstraint(
                name="invoice_parties_known",
                condition=Q(issuer__in=["provider", "platform"], recipient__in=["provider", "buyer", "platform"]),
            ),
            models.CheckConstraint(
                name="invoice_red_names_one",
                condition=(Q(kind="red", reverses__isnull=False) & ~Q(cause=""))
                | Q(kind="normal", reverses__isnull=True),
            ),
            models.CheckConstraint(
                name="invoice_state_whole",
                condition=Q(state="requested", issued_at__isnull=True, cancelled_at__isnull=True)
                | (Q(state="issued", issued_at__isnull=False) & ~Q(document_number=""))
                | Q(state="cancelled", cancelled_at__isnull=False, issued_at__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="invoice_states", field="state", transitions=[("requested", "issued"), ("requested", "cancelled")]
            ),
            ReadOnlyWhen(
                name="invoice_issued_stands",
                exclude=["late_told_at"],
                when=pgtrigger.Q(old__state__in=["issued", "cancelled"]),
            ),
            pgtrigger.Protect(name="invoice_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def place(self) -> str:
        """Under which its document is kept."""
        return f"invoice:{self.pk}"

    @property
    def is_red(self) -> bool:
        return self.kind == InvoiceKind.RED

    @transition(state, source=InvoiceState.REQUESTED, target=InvoiceState.ISSUED, custom={"clause": "13"})
    def issue(self, *, document_number: str, by_id: int | None, now: datetime) -> None:
        """It was made out and handed over."""
        self.document_number, self.issued_by_id, self.issued_at = document_number, by_id, now

    @transition(state, source=InvoiceState.REQUESTED, target=InvoiceState.CANCELLED)
    def cancel(self, *, now: datetime) -> None:
        """Everything was refunded before it was issued."""
        self.cancelled_at = now
