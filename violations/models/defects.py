"""Defects of products: asked about, disclosed to the users, mended (§18(6))."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fsm import FSMField, FSMModelMixin, transition
from violations.types import DefectState


class Defect(FSMModelMixin, models.Model):
    """What is wrong with a product, who asked about it, were its users told in time, and is it mended?

    A provider discloses by itself, or because an operator asked and the clock runs until `due_at`. Written by
    `violations.services.defects`.
    """

    number = models.CharField(_("number"), max_length=16, unique=True)
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="defects", verbose_name=_("product")
    )
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="defects", verbose_name=_("provider")
    )
    question = models.TextField(_("what the platform asks"), blank=True)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    late_recorded_at = models.DateTimeField(_("recorded as late"), null=True, blank=True)
    title = models.CharField(_("what is wrong"), max_length=120, blank=True)
    effect = models.TextField(_("what it may lead to"), blank=True)
    advice = models.TextField(_("what users should do"), blank=True)
    disclosed_at = models.DateTimeField(_("disclosed"), null=True, blank=True)
    users_told = models.PositiveIntegerField(_("users told"), default=0)
    denial = models.TextField(_("why there is no defect"), blank=True)
    denied_at = models.DateTimeField(_("denied"), null=True, blank=True)
    mend_note = models.TextField(_("how it was mended"), blank=True)
    mended_at = models.DateTimeField(_("mended"), null=True, blank=True)
    judged_at = models.DateTimeField(_("judged at"), null=True, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("judged by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    case = models.ForeignKey(
        "violations.Case",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="defects",
        verbose_name=_("case"),
    )
    state = FSMField(
        _("state"),
        default=DefectState.ASKED,
        choices=[
            (DefectState.ASKED, _("waiting for the provider")),
            (DefectState.DISCLOSED, _("users are told")),
            (DefectState.DENIED, _("denied, being examined")),
            (DefectState.MENDED, _("mended")),
            (DefectState.NONE, _("no defect")),
            (DefectState.CONTESTED, _("a case is open")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("defect")
        verbose_name_plural = _("defects")
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="defect_due",
                condition=Q(state="asked", late_recorded_at__isnull=True),
            ),
            models.Index(fields=["product", "-disclosed_at"], name="defect_of_product", condition=Q(state="disclosed")),
            models.Index(fields=["provider", "-id"], name="defect_of_provider"),
        ]
        constraints = [
            models.CheckConstraint(
                name="defect_clock_whole",
                condition=Q(asked_at__isnull=True, due_at__isnull=True)
                | (Q(asked_by__isnull=False, due_at__gt=F("asked_at")) & ~Q(question="")),
            ),
            models.CheckConstraint(
                name="defect_disclosure_whole",
                condition=~Q(state__in=["disclosed", "mended"])
                | (Q(disclosed_at__isnull=False) & ~Q(title="") & ~Q(effect="") & ~Q(advice="")),
            ),
            models.CheckConstraint(
                name="defect_judged_by_somebody",
                condition=~Q(state__in=["none", "contested"])
                | Q(judged_at__isnull=False, judged_by__isnull=False, reason__gt=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="defect_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="defect_states",
                field="state",
                transitions=[
                    ("asked", "disclosed"),
                    ("asked", "denied"),
                    ("denied", "disclosed"),
                    ("denied", "none"),
                    ("denied", "contested"),
                    ("disclosed", "mended"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """As the audit trail names it."""
        return f"defect:{self.number}"

    @transition(field=state, source=[DefectState.ASKED, DefectState.DENIED], target=DefectState.DISCLOSED)
    def disclose(self, *, title: str, effect: str, advice: str, now: datetime) -> None:
        self.title, self.effect, self.advice, self.disclosed_at = title, effect, advice, now

    @transition(field=state, source=DefectState.ASKED, target=DefectState.DENIED)
    def deny(self, *, denial: str, now: datetime) -> None:
        self.denial, self.denied_at = denial, now

    @transition(field=state, source=DefectState.DISCLOSED, target=DefectState.MENDED)
    def mend(self, *, note: str, now: datetime) -> None:
        self.mend_note, self.mended_at = note, now

    @transition(field=state, source=DefectState.DENIED, target=DefectState.NONE)
    def clear(self, *, operator_id: int, reason: str, now: datetime) -> None:
        """The operator agrees that there is none."""
        self.judged_by_id, self.reason, self.judged_at = operator_id, reason, now

    @transition(field=state, source=DefectState.DENIED, target=DefectState.CONTESTED)
    def contest(self, *, case_id: int, operator_id: int, reason: str, now: datetime) -> None:
        self.case_id = case_id
        self.judged_by_id, self.reason, self.judged_at = operator_id, reason, now
