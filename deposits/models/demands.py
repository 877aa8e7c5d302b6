"""Deposits that are short, and what follows (§9(6)3)."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField, format_yuan
from deposits.types import DemandState

DEMANDS = [
    (DemandState.AWAITING, _("waiting for the top-up")),
    (DemandState.WITHHOLDING, _("taken from the next settlement")),
    (DemandState.CLOSED, _("display closed")),
    (DemandState.SATISFIED, _("topped up")),
]


class TopUpDemand(FSMModelMixin, models.Model):
    """Since when is the deposit short, by when is it to be topped up, and what happened then? (§9(6)3)

    One open demand a provider. `deadline` is three working days from the first shortfall; after it
    `settlement_due_at` is the end of the day on which the next settlement falls, and once that did not cover the
    shortfall the display is closed.
    """

    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="top_up_demands", verbose_name=_("provider")
    )
    state = FSMField(_("state"), default=DemandState.AWAITING, choices=DEMANDS, protected=True, max_length=12)
    shortfall = MoneyField(_("short by"))
    shortfall_at = models.DateTimeField(_("short since"))
    deadline = models.DateTimeField(_("to be topped up by"))
    settlement_due_at = models.DateTimeField(_("next settlement ends at"))
    withheld = MoneyField(_("taken from settlements"), default=0)
    cause = models.CharField(_("why"), max_length=80)
    decision = models.ForeignKey(
        "regulation.DecisionRecord", on_delete=models.PROTECT, related_name="+", verbose_name=_("decision")
    )
    lapsed_at = models.DateTimeField(_("deadline passed at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("display closed at"), null=True, blank=True)
    satisfied_at = models.DateTimeField(_("topped up at"), null=True, blank=True)

    class Meta:
        verbose_name = _("top-up demand")
        verbose_name_plural = _("top-up demands")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["deadline", "id"], name="topup_deadline", condition=Q(state="awaiting")),
            models.Index(fields=["settlement_due_at", "id"], name="topup_settlement", condition=Q(state="withholding")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider"], condition=~Q(state="satisfied"), name="topup_one_open"),
            models.CheckConstraint(
                condition=Q(state__in=["awaiting", "withholding", "closed", "satisfied"]), name="topup_state_known"
            ),
            models.CheckConstraint(condition=Q(deadline__gt=F("shortfall_at")), name="topup_deadline_after_shortfall"),
            models.CheckConstraint(condition=Q(shortfall__gt=0, withheld__gte=0), name="topup_amounts"),
            models.CheckConstraint(
                condition=Q(state="satisfied", satisfied_at__isnull=False)
                | ~Q(state="satisfied") & Q(satisfied_at__isnull=True),
                name="topup_satisfied_has_moment",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="topup_states",
                field="state",
                transitions=[
                    ("awaiting", "withholding"),
                    ("withholding", "closed"),
                    ("awaiting", "satisfied"),
                    ("withholding", "satisfied"),
                    ("closed", "satisfied"),
                ],
            ),
            pgtrigger.ReadOnly(name="topup_deadline_stands", fields=["provider", "shortfall_at", "deadline"]),
            pgtrigger.Protect(name="topup_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {format_yuan(self.shortfall)}"

    @transition(state, source=DemandState.AWAITING, target=DemandState.WITHHOLDING, custom={"clause": "9(6)3"})
    def lapse(self, *, now: datetime) -> None:
        """The deadline has passed: the next settlement is used."""
        self.lapsed_at = now

    @transition(state, source=DemandState.WITHHOLDING, target=DemandState.CLOSED, custom={"clause": "9(6)3"})
    def close_display(self, *, now: datetime) -> None:
        """The settlement did not cover it."""
        self.closed_at = now

    @transition(
        state,
        source=[DemandState.AWAITING, DemandState.WITHHOLDING, DemandState.CLOSED],
        target=DemandState.SATISFIED,
        custom={"clause": "9(6)3"},
    )
    def satisfy(self, *, now: datetime) -> None:
        """What is held reaches what is required again, however the money came."""
        self.satisfied_at = now
