"""What gateways tell us, and what comparing their statements with the books found."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.money import MoneyField
from payments.models.guards import TRADE_LENGTH, keep
from payments.types import DifferenceKind, MessageState, Movement

MESSAGE_MOVES = [
    ("received", "handled"),
    ("received", "duplicate"),
    ("received", "waiting"),
    ("received", "attention"),
    ("waiting", "handled"),
    ("waiting", "attention"),
    ("attention", "handled"),
]


class GatewayMessage(models.Model):
    """What a gateway, or somebody who says they are one, told us: kept as it came before anything is done about
    it.
    """

    STATES = [
        (MessageState.RECEIVED, _("Received")),
        (MessageState.HANDLED, _("Handled")),
        (MessageState.DUPLICATE, _("Told before")),
        (MessageState.WAITING, _("Waits for what comes before it")),
        (MessageState.ATTENTION, _("Needs an operator")),
        (MessageState.FORGED, _("Signature does not fit")),
    ]

    gateway = models.CharField(_("Gateway"), max_length=20)
    received_at = models.DateTimeField(_("Received at"))
    body = models.TextField(_("As it came"))
    state = models.CharField(_("State"), max_length=10, choices=STATES)
    notice_id = models.CharField(_("Gateway's message number"), max_length=TRADE_LENGTH, blank=True, default="")
    notice = models.JSONField(_("What it says"), null=True, blank=True)
    number = models.CharField(_("Number"), max_length=TRADE_LENGTH, blank=True, default="")
    handled_at = models.DateTimeField(_("Handled at"), null=True, blank=True)
    note = models.CharField(pgettext_lazy("payments", "Note"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("Gateway message")
        verbose_name_plural = _("Gateway messages")
        indexes = [
            models.Index(fields=["received_at"], name="payments_message_open", condition=Q(state="received")),
            models.Index(fields=["number"], name="payments_message_waiting", condition=Q(state="waiting")),
            models.Index(fields=["-id"], name="payments_message_queue", condition=Q(state__in=["attention", "forged"])),
        ]
        constraints = [
            # A forged message cannot take a real one's number.
            models.UniqueConstraint(
                fields=["gateway", "notice_id"], name="payments_message_once", condition=~Q(state="forged")
            ),
            models.CheckConstraint(
                name="payments_message_state",
                condition=Q(state__in=["received", "forged", "waiting", "attention"])
                | Q(state__in=["handled", "duplicate"], handled_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="payments_message_moves", field="state", transitions=MESSAGE_MOVES),
            *keep("payments_message", "gateway", "received_at", "body", "notice_id", "notice", "number"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.notice_id or self.pk}"


class Reconciliation(models.Model):
    """A gateway's statement of one day, compared with the books. Answers "is the money right?"."""

    gateway = models.CharField(_("Gateway"), max_length=20)
    day = models.DateField(pgettext_lazy("payments", "Day"))
    compared_at = models.DateTimeField(_("Compared at"))
    lines = models.PositiveIntegerField(_("Statement lines"))
    matched = models.PositiveIntegerField(_("Matched"))
    came_in = MoneyField(_("Came in"))
    went_out = MoneyField(_("Went out"))

    class Meta:
        verbose_name = _("Reconciliation")
        verbose_name_plural = _("Reconciliations")
        constraints = [models.UniqueConstraint(fields=["gateway", "day"], name="payments_reconciliation_day")]
        triggers = [pgtrigger.Protect(name="payments_reconciliation_keep", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.gateway} {self.day}"


class Difference(models.Model):
    """Where a statement and the books do not agree. Open until they do, or until an operator says why they need
    not.
    """

    KINDS = [
        (DifferenceKind.MISSING_HERE, _("In their statement, not in our books")),
        (DifferenceKind.MISSING_THERE, _("In our books, not in their statement")),
        (DifferenceKind.AMOUNT, _("Another amount")),
    ]
    MOVEMENTS = [
        (Movement.PAYMENT, _("Payment")),
        (Movement.PAYBACK, _("Pay-back")),
        (Movement.PAYOUT, _("Payout")),
    ]

    run = models.ForeignKey(
        Reconciliation, on_delete=models.PROTECT, related_name="differences", verbose_name=_("Reconciliation")
    )
    kind = models.CharField(_("Kind"), max_length=16, choices=KINDS)
    movement = models.CharField(_("Movement"), max_length=10, choices=MOVEMENTS)
    trade = models.CharField(_("Gateway's number"), max_length=TRADE_LENGTH)
    number = models.CharField(_("Number"), max_length=TRADE_LENGTH, blank=True)
    theirs = MoneyField(_("Theirs"), null=True, blank=True)
    ours = MoneyField(_("Ours"), null=True, blank=True)
    found_at = models.DateTimeField(_("Found at"))
    settled_at = models.DateTimeField(_("Settled at"), null=True, blank=True)
    note = models.CharField(pgettext_lazy("payments", "Note"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("Difference")
        verbose_name_plural = pgettext_lazy("payments", "Differences")
        indexes = [models.Index(fields=["-id"], name="payments_difference_open", condition=Q(settled_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "movement", "trade"], name="payments_difference_once"),
        ]
        triggers = keep("payments_difference", "run", "kind", "movement", "trade", "number", "found_at")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.trade}"
