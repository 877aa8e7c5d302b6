"""How much a provider must have deposited, what it paid, and what it got back (§9(6))."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField, format_yuan
from deposits.types import PaymentState, ReturnState


class Deposit(models.Model):
    """How much must this provider have deposited now? (§9(6)1, §9(6)4)

    One row a provider, made at approval; its row lock orders everything that happens to the deposit. `required` is
    `base` by the schedule of bands plus the additional deposits in force.
    """

    provider = models.OneToOneField(
        "providers.Provider", on_delete=models.PROTECT, related_name="deposit", verbose_name=_("provider")
    )
    highest_price = MoneyField(_("highest price"))
    base = MoneyField(_("by the schedule"))
    additional = MoneyField(_("additional"), default=0)
    required = MoneyField(_("required"))
    rulebook = models.CharField(_("rulebook"), max_length=40)
    entered = models.BooleanField(_("paid once in full"), default=False)
    returning = models.BooleanField(_("being given back"), default=False)
    changed_at = models.DateTimeField(pgettext_lazy("deposits", "changed at"))

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(base__gte=0, additional__gte=0, highest_price__gte=0), name="deposit_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(required=F("base") + F("additional")) | Q(required=0, returning=True),
                name="deposit_required_is_sum",
            ),
        ]
        indexes = [models.Index(fields=["rulebook"], name="deposit_by_rulebook")]
        triggers = [pgtrigger.Protect(name="deposit_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.provider} {format_yuan(self.required)}"


class Requirement(models.Model):
    """When did the requirement change, from what to what, and why? (§9(6)1)"""

    deposit = models.ForeignKey(
        Deposit, on_delete=models.PROTECT, related_name="requirements", verbose_name=_("deposit")
    )
    highest_price = MoneyField(_("highest price"))
    base = MoneyField(_("by the schedule"))
    additional = MoneyField(_("additional"))
    required = MoneyField(_("required"))
    cause = models.CharField(_("why"), max_length=40)
    decision = models.ForeignKey(
        "regulation.DecisionRecord", on_delete=models.PROTECT, related_name="+", verbose_name=_("decision")
    )
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(required__gte=0), name="requirement_not_negative"),
        ]
        triggers = [
            pgtrigger.Protect(name="requirement_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.required}"


class DepositPayment(FSMModelMixin, models.Model):
    """What did the provider set out to pay into its deposit, and did the money come? (§9(6))"""

    number = models.CharField(_("number"), max_length=16, unique=True)
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="deposit_payments", verbose_name=_("provider")
    )
    amount = MoneyField(_("amount"))
    payer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("paid by"))
    intent_number = models.CharField(_("payment"), max_length=16, blank=True)
    state = FSMField(
        _("state"),
        default=PaymentState.OPEN,
        choices=[
            (PaymentState.OPEN, _("to be paid")),
            (PaymentState.PAID, pgettext_lazy("deposits", "paid")),
            (PaymentState.CLOSED, _("given up")),
        ],
        protected=True,
        max_length=8,
    )
    opened_at = models.DateTimeField(_("opened at"))
    settled_at = models.DateTimeField(_("paid or given up at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment of a deposit")
        verbose_name_plural = _("payments of deposits")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_payment_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "paid", "closed"]), name="deposit_payment_state_known"
            ),
            models.UniqueConstraint(fields=["provider"], condition=Q(state="open"), name="deposit_payment_one_open"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="deposit_payment_states", field="state", transitions=[("open", "paid"), ("open", "closed")]
            ),
            pgtrigger.ReadOnly(name="deposit_payment_once", exclude=["state", "settled_at", "intent_number"]),
            pgtrigger.Protect(name="deposit_payment_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(state, source=PaymentState.OPEN, target=PaymentState.PAID, custom={"clause": "9(6)"})
    def pay(self, *, now: datetime) -> None:
        """The money is in the deposit."""
        self.settled_at = now

    @transition(state, source=PaymentState.OPEN, target=PaymentState.CLOSED, custom={"clause": "9(6)"})
    def close(self, *, now: datetime) -> None:
        """It is no longer to be paid."""
        self.settled_at = now


class DepositReturn(FSMModelMixin, models.Model):
    """Was the deposit given back when the provider left, how much, and did it arrive? (§9(6), §26)"""

    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="deposit_returns", verbose_name=_("provider")
    )
    amount = MoneyField(_("amount"))
    payout_number = models.CharField(_("payout"), max_length=16)
    state = FSMField(
        _("state"),
        default=ReturnState.SENT,
        choices=[
            (ReturnState.SENT, _("on its way")),
            (ReturnState.RETURNED, _("given back")),
            (ReturnState.FAILED, _("did not arrive")),
        ],
        protected=True,
        max_length=8,
    )
    opened_at = models.DateTimeField(_("sent at"))
    settled_at = models.DateTimeField(_("arrived or failed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("return of a deposit")
        verbose_name_plural = _("returns of deposits")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_return_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "returned", "failed"]), name="deposit_return_state_known"
            ),
            models.UniqueConstraint(fields=["provider"], condition=Q(state="sent"), name="deposit_return_one_on_way"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="deposit_return_states", field="state", transitions=[("sent", "returned"), ("sent", "failed")]
            ),
            pgtrigger.Protect(name="deposit_return_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {format_yuan(self.amount)}"

    @transition(state, source=ReturnState.SENT, target=ReturnState.RETURNED)
    def arrive(self, *, now: datetime) -> None:
        """The bank has it."""
        self.settled_at = now

    @transition(state, source=ReturnState.SENT, target=ReturnState.FAILED)
    def fail(self, *, now: datetime) -> None:
        """It came back; the money is in the deposit again."""
        self.settled_at = now
