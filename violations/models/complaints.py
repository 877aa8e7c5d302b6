"""Complaints: a person says that a provider broke the rules (§18(16))."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fsm import FSMField, FSMModelMixin, transition
from violations.types import ComplaintState


class Complaint(FSMModelMixin, models.Model):
    """Who complains of whom, about what, and was the provider's answer in time?

    Written by `violations.services.complaints`. Only the complainant's own account withdraws it (§18(16)1).
    """

    number = models.CharField(_("number"), max_length=16, unique=True)
    complainant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="complaints", verbose_name=_("complainant")
    )
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="complaints", verbose_name=_("provider")
    )
    order = models.ForeignKey(
        "orders.Order",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("order"),
    )
    product = models.ForeignKey(
        "catalog.Product",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("product"),
    )
    code = models.CharField(_("schedule row"), max_length=8, blank=True)
    statement = models.TextField(_("what happened"))
    conduct_on = models.DateField(_("last day of the conduct"))
    filed_at = models.DateTimeField(_("filed at"))
    due_at = models.DateTimeField(_("answer due"))
    responded_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    response = models.TextField(_("answer"), blank=True)
    late_recorded_at = models.DateTimeField(null=True, blank=True, verbose_name=_("recorded as late at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    outcome_reason = models.TextField(_("reason"), blank=True)
    state = FSMField(
        _("state"),
        default=ComplaintState.FILED,
        choices=[
            (ComplaintState.FILED, _("waiting for the provider")),
            (ComplaintState.RESPONDED, _("being examined")),
            (ComplaintState.UPHELD, _("upheld")),
            (ComplaintState.DISMISSED, _("dismissed")),
            (ComplaintState.WITHDRAWN, _("withdrawn")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        indexes = [
            models.Index(fields=["state", "filed_at", "id"], name="complaint_queue"),
            models.Index(fields=["complainant", "-filed_at", "-id"], name="complaint_of_person"),
            models.Index(fields=["provider", "-filed_at", "-id"], name="complaint_of_provider"),
            models.Index(
                fields=["due_at", "id"],
                name="complaint_due",
                condition=Q(responded_at__isnull=True, late_recorded_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="complaint_due_after_filed", condition=Q(due_at__gt=F("filed_at"))),
            models.CheckConstraint(
                name="complaint_response_after_filed",
                condition=Q(responded_at__isnull=True) | Q(responded_at__gte=F("filed_at")),
            ),
            models.CheckConstraint(
                name="complaint_decided_by_somebody",
                condition=~Q(state__in=["upheld", "dismissed"])
                | Q(decided_at__isnull=False, decided_by__isnull=False, outcome_reason__gt=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="complaint_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="complaint_states",
                field="state",
                transitions=[
                    ("filed", "responded"),
                    *((state, end) for state in ("filed", "responded") for end in ("upheld", "dismissed", "withdrawn")),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=ComplaintState.FILED, target=ComplaintState.RESPONDED)
    def respond(self, *, response: str, now: datetime) -> None:
        self.response = response
        self.responded_at = now

    @transition(field=state, source=[ComplaintState.FILED, ComplaintState.RESPONDED], target=ComplaintState.WITHDRAWN)
    def withdraw(self, *, now: datetime) -> None:
        self.decided_at = now

    @transition(field=state, source=[ComplaintState.FILED, ComplaintState.RESPONDED], target=ComplaintState.UPHELD)
    def uphold(self, *, operator_id: int, reason: str, now: datetime) -> None:
        self._decide(operator_id, reason, now)

    @transition(field=state, source=[ComplaintState.FILED, ComplaintState.RESPONDED], target=ComplaintState.DISMISSED)
    def dismiss(self, *, operator_id: int, reason: str, now: datetime) -> None:
        self._decide(operator_id, reason, now)

    def _decide(self, operator_id: int, reason: str, now: datetime) -> None:
        self.decided_by_id = operator_id
        self.outcome_reason = reason
        self.decided_at = now


class Evidence(models.Model):
    """A file that somebody put forward, to a complaint, a case or an appeal. Append-only."""

    complaint = models.ForeignKey(
        Complaint,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("complaint"),
    )
    case = models.ForeignKey(
        "violations.Case",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("case"),
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    side = models.CharField(
        _("side"),
        max_length=12,
        choices=[
            ("complainant", _("complainant")),
            ("provider", _("provider")),
            ("operator", _("operator")),
        ],
    )
    file = models.FileField(upload_to="evidence/%Y/%m/")
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                name="evidence_belongs_somewhere", condition=Q(complaint__isnull=False) | Q(case__isnull=False)
            )
        ]
        triggers = [
            pgtrigger.Protect(name="evidence_kept", operation=pgtrigger.Delete | pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return self.name
