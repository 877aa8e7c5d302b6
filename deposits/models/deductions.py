"""What was taken from a deposit, and what that may bring about (§9(6)2, §9(6)4)."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField, format_yuan
from deposits.types import DeductionKind, ProposalState

DEDUCTIONS = [
    (DeductionKind.PENALTY, pgettext_lazy("deposits", "penalty")),
    (DeductionKind.COMPENSATION, _("compensation to a buyer")),
    (DeductionKind.REFUND, _("refund to a buyer")),
    (DeductionKind.RECOVERY, _("recovery of what was owed")),
]
PROPOSALS = [
    (ProposalState.PROPOSED, pgettext_lazy("deposits", "waiting for an operator")),
    (ProposalState.CONFIRMED, _("confirmed")),
    (ProposalState.DECLINED, _("declined")),
    (ProposalState.ENDED, pgettext_lazy("deposits", "ended")),
]


class Deduction(models.Model):
    """What was taken from the deposit, why, by which decision, and who got it? (§9(6)2, §20(3))

    Never changed; taken back on appeal by a reversal that names it.
    """

    number = models.CharField(_("number"), max_length=16, unique=True)
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="deductions", verbose_name=_("provider")
    )
    kind = models.CharField(_("kind"), max_length=14, choices=DEDUCTIONS)
    amount = MoneyField(_("amount"))
    reason_zh = models.CharField(_("reason (Chinese)"), max_length=500)
    reason_en = models.CharField(_("reason (English)"), max_length=500)
    reference = models.CharField(_("for"), max_length=80, blank=True)
    recipient_account = models.CharField(_("went to"), max_length=80)
    key = models.CharField(max_length=120, unique=True)
    decision = models.ForeignKey(
        "regulation.DecisionRecord", on_delete=models.PROTECT, related_name="+", verbose_name=_("decision")
    )
    transaction = models.OneToOneField(
        "ledger.Transaction", on_delete=models.PROTECT, related_name="+", verbose_name=_("in the books")
    )
    deducted_by = models.CharField(_("by"), max_length=40)
    deducted_at = models.DateTimeField(_("deducted at"))

    class Meta:
        verbose_name = _("deduction")
        verbose_name_plural = _("deductions")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["provider", "-deducted_at"], name="deduction_of_provider")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="deduction_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in DeductionKind]), name="deduction_kind_known"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="deduction_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reason(self) -> str:
        """The reason in the language of the page."""
        return self.reason_en if (get_language() or "").startswith("en") else self.reason_zh

    @property
    def subject(self) -> str:
        """As the audit trail names it."""
        return f"deduction:{self.number}"


class DeductionReversal(models.Model):
    """Which deduction was taken back, why, and by which entry? (§19)"""

    deduction = models.OneToOneField(
        Deduction, on_delete=models.PROTECT, related_name="reversal", verbose_name=_("deduction")
    )
    reason = models.CharField(_("reason"), max_length=500)
    decision = models.ForeignKey(
        "regulation.DecisionRecord",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decision"),
    )
    transaction = models.OneToOneField(
        "ledger.Transaction", on_delete=models.PROTECT, related_name="+", verbose_name=_("in the books")
    )
    reversed_by = models.CharField(_("by"), max_length=40)
    reversed_at = models.DateTimeField(_("taken back at"))

    class Meta:
        verbose_name = _("reversal of a deduction")
        verbose_name_plural = _("reversals of deductions")
        ordering = ["-pk"]
        triggers = [
            pgtrigger.Protect(name="deduction_reversal_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.deduction_id)


class AdditionalDeposit(FSMModelMixin, models.Model):
    """Was an additional deposit proposed after a third deduction, did an operator confirm it, and until when?
    (§9(6)4)
    """

    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="additional_deposits", verbose_name=_("provider")
    )
    deduction = models.OneToOneField(
        Deduction,
        on_delete=models.PROTECT,
        related_name="additional_deposit",
        verbose_name=_("after the deduction"),
    )
    state = FSMField(_("state"), default=ProposalState.PROPOSED, choices=PROPOSALS, protected=True, max_length=10)
    count = models.PositiveSmallIntegerField(_("deductions in twelve months"))
    amount = MoneyField(_("amount"))
    until = models.DateTimeField(_("until"))
    decision = models.ForeignKey(
        "regulation.DecisionRecord", on_delete=models.PROTECT, related_name="+", verbose_name=_("decision")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    settled_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("additional deposit")
        verbose_name_plural = _("additional deposits")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["until"], name="additional_due", condition=Q(state__in=["proposed", "confirmed"]))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], condition=Q(state__in=["proposed", "confirmed"]), name="additional_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "confirmed", "declined", "ended"]), name="additional_state_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="additional_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "declined"])
                | Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(reason=""),
                name="additional_settled_with_reason",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="additional_states",
                field="state",
                transitions=[
                    ("proposed", "confirmed"),
                    ("proposed", "declined"),
                    ("proposed", "ended"),
                    ("confirmed", "ended"),
                ],
            ),
            pgtrigger.Protect(name="additional_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {format_yuan(self.amount)}"

    @property
    def subject(self) -> str:
        """As the audit trail names it."""
        return f"additional-deposit:{self.pk}"

    @transition(state, source=ProposalState.PROPOSED, target=ProposalState.CONFIRMED, custom={"clause": "9(6)4"})
    def confirm(self, *, operator_id: int, reason: str, now: datetime) -> None:
        """The operator asks for it."""
        self.settled_by_id, self.reason, self.settled_at = operator_id, reason, now

    @transition(state, source=ProposalState.PROPOSED, target=ProposalState.DECLINED, custom={"clause": "9(6)4"})
    def decline(self, *, operator_id: int, reason: str, now: datetime) -> None:
        """The operator does not."""
        self.settled_by_id, self.reason, self.settled_at = operator_id, reason, now

    @transition(
        state,
        source=[ProposalState.PROPOSED, ProposalState.CONFIRMED],
        target=ProposalState.ENDED,
        custom={"clause": "9(6)4"},
    )
    def end(self, *, now: datetime) -> None:
        """Its year is over, or what it rested on was taken back."""
        self.ended_at = now
