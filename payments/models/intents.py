"""Payments asked for, and money that arrived without being one."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from ledger.types import PATH_LENGTH
from payments.models.guards import NUMBER_LENGTH, TRADE_LENGTH, keep
from payments.types import IntentState, StrayReason, StrayState

INTENT_MOVES = [("open", "paid"), ("open", "closed")]


class PaymentIntent(FSMModelMixin, models.Model):
    """A payment that somebody was asked for. Answers "what is to be paid, for what, was it, and when?".

    `destination` is the account the money goes to, fixed when it is opened. `paid_at` is the instant the gateway
    gives for the payment's success. At most one payment is open or paid for the same thing.
    """

    STATES = [(IntentState.OPEN, _("To be paid")), (IntentState.PAID, _("Paid")), (IntentState.CLOSED, _("Closed"))]

    CLOSE_REASONS = [
        ("cancelled", pgettext_lazy("payments", "what it was for was cancelled")),
        ("expired", _("nobody paid in time")),
        ("refused", _("what was paid for could no longer be had")),
        ("gateway_returned", _("the gateway sent the money back")),
        ("replaced", _("another payment took its place")),
        ("provider left", _("the provider has left")),
    ]

    number = models.CharField(_("Number"), max_length=NUMBER_LENGTH, unique=True)
    purpose = models.CharField(_("Purpose"), max_length=40)
    reference = models.CharField(_("What it is for"), max_length=80)
    title = models.CharField(_("Title"), max_length=200)
    amount = MoneyField(_("Amount"))
    payer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Payer")
    )
    destination = models.CharField(_("Destination"), max_length=PATH_LENGTH)
    gateway = models.CharField(_("Gateway"), max_length=20)
    state = FSMField(_("State"), default=IntentState.OPEN, choices=STATES, protected=True)
    opened_at = models.DateTimeField(_("Opened"))
    expires_at = models.DateTimeField(_("Open until"), null=True, blank=True)
    paid_at = models.DateTimeField(_("Paid at"), null=True, blank=True)
    gateway_trade = models.CharField(_("Gateway's number"), max_length=TRADE_LENGTH, blank=True, default="")
    closed_at = models.DateTimeField(_("Closed at"), null=True, blank=True)
    close_reason = models.CharField(_("Why closed"), max_length=40, choices=CLOSE_REASONS, blank=True, default="")
    paid_back = MoneyField(_("Paid back"), default=0)

    class Meta:
        verbose_name = _("Payment")
        verbose_name_plural = _("Payments")
        indexes = [
            models.Index(fields=["payer", "-id"], name="payments_intent_payer"),
            models.Index(fields=["expires_at"], name="payments_intent_due", condition=Q(state="open")),
            models.Index(fields=["gateway", "paid_at"], name="payments_intent_day", condition=Q(state="paid")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "reference"],
                name="payments_intent_once",
                condition=Q(state__in=["open", "paid"]),
            ),
            models.UniqueConstraint(
                fields=["gateway", "gateway_trade"],
                name="payments_intent_trade",
                condition=~Q(gateway_trade=""),
            ),
            models.CheckConstraint(name="payments_intent_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payments_intent_paid_back", condition=Q(paid_back__gte=0, paid_back__lte=F("amount"))
            ),
            models.CheckConstraint(
                name="payments_intent_state",
                condition=Q(state="open", paid_at=None, closed_at=None, paid_back=0)
                | (Q(state="paid", paid_at__isnull=False, closed_at=None) & ~Q(gateway_trade=""))
                | Q(state="closed", paid_at=None, closed_at__isnull=False, paid_back=0),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="payments_intent_moves", field="state", transitions=INTENT_MOVES),
            *keep(
                "payments_intent",
                "number",
                "purpose",
                "reference",
                "amount",
                "payer",
                "destination",
                "gateway",
                "opened_at",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=IntentState.OPEN, target=IntentState.PAID)
    def pay(self, *, trade: str, at: datetime) -> None:
        self.gateway_trade = trade
        self.paid_at = at

    @transition(field=state, source=IntentState.OPEN, target=IntentState.CLOSED)
    def close(self, *, reason: str, at: datetime) -> None:
        self.close_reason = reason
        self.closed_at = at


STRAY_MOVES = [("held", "returning"), ("held", "applied"), ("held", "returned"), ("returning", "returned")]


class StrayPayment(FSMModelMixin, models.Model):
    """Money that arrived and could not be taken as a payment: it waits in an account of its own.

    Answers "what came in that fits nothing, why, and what became of it?". Late and second payments go back by
    themselves; wrong amounts wait for an operator.
    """

    STATES = [
        (StrayState.HELD, _("Waiting for a decision")),
        (StrayState.RETURNING, _("On its way back")),
        (StrayState.RETURNED, _("Paid back")),
        (StrayState.APPLIED, _("Taken as the payment")),
    ]
    REASONS = [
        (StrayReason.LATE, _("Arrived after the payment was closed")),
        (StrayReason.TWICE, _("Was paid before")),
        (StrayReason.WRONG_AMOUNT, _("Another amount than asked for")),
        (StrayReason.UNKNOWN, _("For a payment we do not know")),
        (StrayReason.REFUSED, _("What it was for could not take it")),
        (StrayReason.GATEWAY_RETURNED, _("The gateway had paid it back already")),
    ]

    number = models.CharField(_("Number"), max_length=NUMBER_LENGTH, unique=True)
    intent = models.ForeignKey(
        PaymentIntent, on_delete=models.PROTECT, null=True, blank=True, related_name="strays", verbose_name=_("Payment")
    )
    named = models.CharField(_("Number it came with"), max_length=TRADE_LENGTH)
    gateway = models.CharField(_("Gateway"), max_length=20)
    gateway_trade = models.CharField(_("Gateway's number"), max_length=TRADE_LENGTH)
    amount = MoneyField(_("Amount"))
    reason = models.CharField(_("Why"), max_length=20, choices=REASONS)
    account = models.CharField(_("Account"), max_length=PATH_LENGTH)
    state = FSMField(_("State"), default=StrayState.HELD, choices=STATES, protected=True)
    paid_at = models.DateTimeField(_("Paid at"))
    received_at = models.DateTimeField(_("Received at"))
    settled_at = models.DateTimeField(_("Settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Stray payment")
        verbose_name_plural = _("Stray payments")
        indexes = [
            models.Index(fields=["id"], name="payments_stray_queue", condition=Q(state="held")),
            models.Index(fields=["gateway", "paid_at"], name="payments_stray_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "gateway_trade"], name="payments_stray_trade"),
            models.CheckConstraint(name="payments_stray_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payments_stray_state",
                condition=Q(state__in=["held", "returning"], settled_at=None)
                | Q(state__in=["returned", "applied"], settled_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="payments_stray_moves", field="state", transitions=STRAY_MOVES),
            *keep("payments_stray", "number", "gateway", "gateway_trade", "amount", "account", "paid_at"),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=StrayState.HELD, target=StrayState.RETURNING)
    def send_back(self) -> None:
        """A pay-back was opened for it."""

    @transition(field=state, source=[StrayState.HELD, StrayState.RETURNING], target=StrayState.RETURNED)
    def returned(self, *, at: datetime) -> None:
        self.settled_at = at

    @transition(field=state, source=StrayState.HELD, target=StrayState.APPLIED)
    def apply(self, *, at: datetime) -> None:
        self.settled_at = at
