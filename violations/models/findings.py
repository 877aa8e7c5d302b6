"""Findings and what follows from them: measures, penalty points, appeals (§19 to §21)."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from violations.types import AppealState, FindingState, MeasureKind, MeasureState


class Finding(FSMModelMixin, models.Model):
    """What an operator holds to be true of a case, under which row, and what it costs.

    The penalty is a snapshot: a later rulebook changes nothing of it. Written by `violations.services.findings`.
    """

    case = models.OneToOneField(
        "violations.Case", on_delete=models.PROTECT, related_name="finding", verbose_name=_("case")
    )
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="findings", verbose_name=_("provider")
    )
    code = models.CharField(_("schedule row"), max_length=8)
    grade = models.CharField(_("class"), max_length=1, blank=True)
    points = models.PositiveSmallIntegerField(_("penalty points"))
    occurrence = models.PositiveSmallIntegerField(_("time in the natural year"))
    penalty = models.JSONField(_("penalty"))
    reason = models.TextField(_("reason"))
    rulebook = models.CharField(_("rulebook"), max_length=40)
    decision = models.ForeignKey(
        "regulation.DecisionRecord", on_delete=models.PROTECT, related_name="+", verbose_name=_("decision")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"))
    appeal_due_at = models.DateTimeField(_("appeal until"))
    state = FSMField(
        _("state"),
        default=FindingState.STANDING,
        choices=[
            (FindingState.STANDING, pgettext_lazy("violations", "standing")),
            (FindingState.APPEALED, _("under appeal")),
            (FindingState.CONFIRMED, _("confirmed on appeal")),
            (FindingState.OVERTURNED, _("overturned on appeal")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        indexes = [
            models.Index(fields=["provider", "-decided_at", "-id"], name="finding_of_provider"),
            models.Index(fields=["provider", "code", "decided_at"], name="finding_repeats"),
        ]
        constraints = [
            models.CheckConstraint(name="finding_appeal_after", condition=Q(appeal_due_at__gt=F("decided_at"))),
        ]
        triggers = [
            pgtrigger.Protect(name="finding_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="finding_fixed", exclude=["state"]),
            pgtrigger.FSM(
                name="finding_states",
                field="state",
                transitions=[("standing", "appealed"), ("appealed", "confirmed"), ("appealed", "overturned")],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.code}"

    @transition(field=state, source=FindingState.STANDING, target=FindingState.APPEALED)
    def appeal(self) -> None:
        """The provider appeals."""

    @transition(field=state, source=FindingState.APPEALED, target=FindingState.CONFIRMED)
    def confirm(self) -> None:
        """Another operator holds it too."""

    @transition(field=state, source=FindingState.APPEALED, target=FindingState.OVERTURNED)
    def overturn(self) -> None:
        """Another operator holds that it was wrong."""


class Measure(FSMModelMixin, models.Model):
    """One thing that a finding, or the standing ladder, brought about, and whether it is still in force (§20).

    What it laid over the store or took from the deposit lives there; `reference` names it.
    """

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="measures", verbose_name=_("finding"))
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=[
            (MeasureKind.POINTS, _("penalty points")),
            (MeasureKind.FREEZE, _("store frozen")),
            (MeasureKind.PRODUCT_FREEZE, _("product frozen")),
            (MeasureKind.PUBLISHING_FREEZE, _("no new listings")),
            (MeasureKind.DEDUCTION, _("deduction from the deposit")),
            (MeasureKind.COMPENSATION, _("compensation")),
            (MeasureKind.OTHER, _("other")),
        ],
    )
    name = models.CharField(_("name"), max_length=60, blank=True)
    step = models.PositiveSmallIntegerField(_("step of the standing ladder"), null=True, blank=True)
    points = models.SmallIntegerField(_("penalty points"), default=0)
    amount = MoneyField(_("amount"), default=0)
    starts_at = models.DateTimeField(pgettext_lazy("violations", "from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    state = FSMField(
        _("state"),
        default=MeasureState.IN_FORCE,
        choices=[
            (MeasureState.IN_FORCE, _("in force")),
            (MeasureState.ENDED, pgettext_lazy("violations", "ended")),
            (MeasureState.REVERSED, _("taken back")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        indexes = [
            models.Index(fields=["finding", "id"], name="measure_of_finding"),
            models.Index(
                fields=["until", "id"], name="measure_due", condition=Q(state="in_force", until__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="measure_amount_positive", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="measure_ends_after_start", condition=Q(until__isnull=True) | Q(until__gt=F("starts_at"))
            ),
            models.UniqueConstraint(
                fields=["finding", "kind", "name", "step"], name="measure_once", nulls_distinct=False
            ),
        ]
        triggers = [pgtrigger.Protect(name="measure_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.finding} · {self.get_kind_display()}"

    @transition(field=state, source=MeasureState.IN_FORCE, target=MeasureState.ENDED)
    def end(self, *, now: datetime) -> None:
        self.ended_at = now

    @transition(field=state, source=[MeasureState.IN_FORCE, MeasureState.ENDED], target=MeasureState.REVERSED)
    def reverse(self, *, now: datetime) -> None:
        self.ended_at = now


class PointsEntry(models.Model):
    """The ledger of penalty points: what was given, and as an entry below zero what was taken back. Append-only.

    A case's points belong to the natural year in which it was decided (§21); taking them back keeps that year.
    """

    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="points_entries", verbose_name=_("provider")
    )
    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="points_entries", verbose_name=_("finding")
    )
    points = models.SmallIntegerField(_("penalty points"))
    year = models.PositiveSmallIntegerField(_("natural year"))
    occurred_at = models.DateTimeField(_("conduct ended at"))
    decided_at = models.DateTimeField(_("decided at"))
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=pgettext_lazy("violations", "reverses"),
    )

    class Meta:
        verbose_name = _("points entry")
        verbose_name_plural = _("points entries")
        indexes = [models.Index(fields=["provider", "year", "decided_at"], name="points_of_year")]
        constraints = [
            models.CheckConstraint(
                name="points_sign",
                condition=Q(points__gt=0, reverses__isnull=True) | Q(points__lt=0, reverses__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["finding"], condition=Q(reverses__isnull=True), name="points_once_a_finding"
            ),
        ]
        triggers = [pgtrigger.Protect(name="points_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.points:+d}"


class YearTally(models.Model):
    """What a provider's points came to in a natural year that has closed (§21). Append-only: nothing is erased."""

    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="year_tallies", verbose_name=_("provider")
    )
    year = models.PositiveSmallIntegerField(_("natural year"))
    points = models.PositiveSmallIntegerField(_("penalty points"))
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("year's tally")
        verbose_name_plural = _("years' tallies")
        constraints = [models.UniqueConstraint(fields=["provider", "year"], name="tally_once_a_year")]
        triggers = [pgtrigger.Protect(name="tally_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.year}: {self.points}"


class Appeal(FSMModelMixin, models.Model):
    """A provider asks another operator to look at a finding again (§19; platform default). One for each finding."""

    finding = models.OneToOneField(
        Finding, on_delete=models.PROTECT, related_name="appeal_record", verbose_name=_("finding")
    )
    statement = models.TextField(_("why it is wrong"))
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("violations", "filed by"),
    )
    filed_at = models.DateTimeField(_("filed at"))
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("violations", "found by"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    state = FSMField(
        _("state"),
        default=AppealState.FILED,
        choices=[
            (AppealState.FILED, _("waiting for another operator")),
            (AppealState.REJECTED, _("finding confirmed")),
            (AppealState.ALLOWED, _("finding overturned")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        indexes = [models.Index(fields=["filed_at", "id"], name="appeal_queue", condition=Q(state="filed"))]
        constraints = [
            models.CheckConstraint(
                name="appeal_goes_to_another", condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("found_by"))
            ),
            models.CheckConstraint(
                name="appeal_decided_by_somebody",
                condition=Q(state="filed") | Q(decided_by__isnull=False, decided_at__isnull=False, reason__gt=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="appeal_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="appeal_states", field="state", transitions=[("filed", "rejected"), ("filed", "allowed")]
            ),
        ]

    def __str__(self) -> str:
        return str(self.finding)

    @transition(field=state, source=AppealState.FILED, target=AppealState.REJECTED)
    def reject(self, *, operator_id: int, reason: str, now: datetime) -> None:
        self._decide(operator_id, reason, now)

    @transition(field=state, source=AppealState.FILED, target=AppealState.ALLOWED)
    def allow(self, *, operator_id: int, reason: str, now: datetime) -> None:
        self._decide(operator_id, reason, now)

    def _decide(self, operator_id: int, reason: str, now: datetime) -> None:
        self.decided_by_id = operator_id
        self.reason = reason
        self.decided_at = now
