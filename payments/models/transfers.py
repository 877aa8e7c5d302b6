"""Money going out: back to payers, and on to providers."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from ledger.types import PATH_LENGTH
from payments.models.guards import NUMBER_LENGTH, TRADE_LENGTH, keep
from payments.models.intents import PaymentIntent, StrayPayment
from payments.types import TransferState

TRANSFER_MOVES = [
    ("waiting", "sent"),
    ("waiting", "done"),
    ("waiting", "failed"),
    ("sent", "done"),
    ("sent", "failed"),
    ("failed", "waiting"),
    ("failed", "done"),
    ("failed", "returned"),
]
# Only a payout can be given up: what a payer is to get back stays owed.
PAYBACK_MOVES = [move for move in TRANSFER_MOVES if move != ("failed", "returned")]


class Transfer(FSMModelMixin, models.Model):
    """What pay-backs and payouts have in common: money that goes out through a gateway, asked for after the commit.

    Between opening and the gateway's word it stands in an account of its own; what the gateway refuses waits for
    an operator.
    """

    STATES = [
        (TransferState.WAITING, _("Waiting to be sent")),
        (TransferState.SENT, _("With the gateway")),
        (TransferState.DONE, _("Done")),
        (TransferState.FAILED, _("Refused by the gateway")),
        (TransferState.RETURNED, _("Given up, money back where it was")),
    ]

    number = models.CharField(_("Number"), max_length=NUMBER_LENGTH, unique=True)
    key = models.CharField(_("Idempotency key"), max_length=160, unique=True)
    purpose = models.CharField(_("Purpose"), max_length=40)
    reference = models.CharField(_("What it is for"), max_length=80)
    amount = MoneyField(_("Amount"))
    source = models.CharField(_("Source"), max_length=PATH_LENGTH)
    gateway = models.CharField(_("Gateway"), max_length=20)
    state = FSMField(_("State"), default=TransferState.WAITING, choices=STATES, protected=True)
    opened_at = models.DateTimeField(_("Opened"))
    sent_at = models.DateTimeField(_("Sent at"), null=True, blank=True)
    done_at = models.DateTimeField(_("Done at"), null=True, blank=True)
    gateway_trade = models.CharField(_("Gateway's number"), max_length=TRADE_LENGTH, blank=True, default="")
    failure = models.CharField(_("Why it failed"), max_length=200, blank=True, default="")
    rounds = models.PositiveSmallIntegerField(_("Times asked for"), default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=TransferState.WAITING, target=TransferState.SENT)
    def send(self, *, at: datetime) -> None:
        self.sent_at = at

    @transition(
        field=state,
        source=[TransferState.WAITING, TransferState.SENT, TransferState.FAILED],
        target=TransferState.DONE,
    )
    def finish(self, *, trade: str, at: datetime) -> None:
        self.gateway_trade = trade
        self.done_at = at
        self.failure = ""

    @transition(field=state, source=[TransferState.WAITING, TransferState.SENT], target=TransferState.FAILED)
    def fail(self, *, reason: str) -> None:
        self.failure = reason[:200]

    @transition(field=state, source=TransferState.FAILED, target=TransferState.WAITING)
    def retry(self) -> None:
        self.rounds += 1
        self.failure = ""


def _transfer_constraints(name: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(name=f"{name}_amount", condition=Q(amount__gt=0)),
        models.CheckConstraint(
            name=f"{name}_state",
            condition=(Q(state="done", done_at__isnull=False) & ~Q(gateway_trade=""))
            | Q(state__in=["waiting", "sent", "failed", "returned"], done_at=None),
        ),
    ]


def _transfer_triggers(name: str, moves: list[tuple[str, str]], *facts: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.FSM(name=f"{name}_moves", field="state", transitions=moves),
        *keep(name, "number", "key", "purpose", "reference", "amount", "source", "gateway", "opened_at", *facts),
    ]


def _transfer_indexes(name: str) -> list[models.Index]:
    return [
        models.Index(fields=["opened_at"], name=f"{name}_open", condition=Q(state__in=["waiting", "sent", "failed"])),
        models.Index(fields=["gateway", "done_at"], name=f"{name}_day", condition=Q(state="done")),
        models.Index(fields=["reference"], name=f"{name}_ref"),
    ]


class Payback(Transfer):
    """Money going back to whoever paid it. Answers "was it paid back, how much, when, and if not, why not?"."""

    intent = models.ForeignKey(
        PaymentIntent,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="paybacks",
        verbose_name=_("Payment"),
    )
    stray = models.OneToOneField(
        StrayPayment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payback",
        verbose_name=_("Stray payment"),
    )

    class Meta:
        verbose_name = _("Pay-back")
        verbose_name_plural = _("Pay-backs")
        indexes = _transfer_indexes("payments_payback")
        constraints = [
            *_transfer_constraints("payments_payback"),
            models.CheckConstraint(
                name="payments_payback_of", condition=Q(intent__isnull=False) | Q(stray__isnull=False)
            ),
        ]
        triggers = _transfer_triggers("payments_payback", PAYBACK_MOVES, "intent", "stray")


class Payout(Transfer):
    """Money going to a provider's bank account. Answers "was the provider paid, how much, where to, and when?"."""

    provider_id = models.BigIntegerField(_("Provider"))
    title = models.CharField(_("Title"), max_length=200)
    recipient = EncryptedTextField(_("Recipient"))
    recipient_shown = models.CharField(_("Recipient, masked"), max_length=120)

    class Meta:
        verbose_name = _("Payout")
        verbose_name_plural = _("Payouts")
        indexes = [
            *_transfer_indexes("payments_payout"),
            models.Index(fields=["provider_id"], name="payments_payout_whose"),
        ]
        constraints = _transfer_constraints("payments_payout")
        triggers = _transfer_triggers("payments_payout", TRANSFER_MOVES, "provider_id", "recipient")

    @transition(field="state", source=TransferState.FAILED, target=TransferState.RETURNED)
    def give_up(self) -> None:
        """The money went back to the account it came from."""
