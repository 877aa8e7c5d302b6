"""Cases: the platform examines conduct under a row of the violation schedule (§19)."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.fsm import FSMField, FSMModelMixin, transition
from regulation.types import moment_of_end
from violations.types import CaseSource, CaseState


class Case(FSMModelMixin, models.Model):
    """Which conduct of which provider is examined, under which row of which rulebook, and was the provider heard?

    The rulebook is the one in force on the conduct's last day (§28). `event` names what happened, so that one event
    is charged once. Written by `violations.services.cases`.
    """

    number = models.CharField(_("number"), max_length=16, unique=True)
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="cases", verbose_name=_("provider")
    )
    product = models.ForeignKey(
        "catalog.Product",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("product"),
    )
    order = models.ForeignKey(
        "orders.Order",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("order"),
    )
    complaint = models.ForeignKey(
        "violations.Complaint",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("complaint"),
    )
    source = models.CharField(
        _("source"),
        max_length=16,
        choices=[
            (CaseSource.COMPLAINT, _("complaint")),
            (CaseSource.LATE_RESPONSE, _("complaint not answered in time")),
            (CaseSource.LATE_REPORT, _("change not reported in time")),
            (CaseSource.LATE_REMEDY, _("no remedy in time after a takedown")),
            (CaseSource.LATE_DEFECT, _("defect not disclosed in time")),
            (CaseSource.STALE, _("product neither updated nor attested")),
            (CaseSource.OPERATOR, _("operator")),
        ],
    )
    event = models.CharField(max_length=120, unique=True, verbose_name=_("event"))
    code = models.CharField(_("schedule row"), max_length=8)
    rulebook = models.CharField(_("rulebook"), max_length=40)
    occurred_at = models.DateTimeField(_("conduct ended at"))
    statement = models.TextField(_("what is examined"))
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("opened by"),
    )
    hearing_due_at = models.DateTimeField(_("to be heard by"))
    heard_at = models.DateTimeField(_("heard at"), null=True, blank=True)
    closed_at_once = models.BooleanField(_("store closed before the hearing"), default=False)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("claimed by"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closing_reason = models.TextField(_("reason"), blank=True)
    state = FSMField(
        _("state"),
        default=CaseState.HEARING,
        choices=[
            (CaseState.HEARING, _("the provider may be heard")),
            (CaseState.HEARD, _("waiting for a finding")),
            (CaseState.FOUND, pgettext_lazy("violations", "found")),
            (CaseState.DISMISSED, _("dismissed")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(fields=["state", "opened_at", "id"], name="case_queue"),
            models.Index(fields=["provider", "-opened_at", "-id"], name="case_of_provider"),
            models.Index(fields=["hearing_due_at", "id"], name="case_hearing_due", condition=Q(state="hearing")),
        ]
        constraints = [
            models.CheckConstraint(name="case_hearing_after_opening", condition=Q(hearing_due_at__gt=F("opened_at"))),
            models.CheckConstraint(name="case_conduct_before_opening", condition=Q(occurred_at__lte=F("opened_at"))),
            models.CheckConstraint(
                name="case_closed_has_instant",
                condition=~Q(state__in=["found", "dismissed"]) | Q(closed_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="case_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="case_states",
                field="state",
                transitions=[
                    ("hearing", "heard"),
                    ("hearing", "dismissed"),
                    ("heard", "found"),
                    ("heard", "dismissed"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def examined(self) -> str:
        """What is examined: in the reader's language where the platform itself opened the case."""
        at = {"at": moment_of_end(self.occurred_at).in_language(get_language() or settings.LANGUAGE_CODE)}
        if self.source == CaseSource.LATE_RESPONSE and self.complaint is not None:
            return gettext("Complaint %(number)s was not answered before %(at)s.") % {
                "number": self.complaint.number, **at,
            }  # fmt: skip
        if self.source == CaseSource.LATE_REPORT:
            return gettext("A change of papers or entry data was not reported before %(at)s.") % at
        return self.statement

    @transition(field=state, source=CaseState.HEARING, target=CaseState.HEARD)
    def hear(self, *, now: datetime) -> None:
        self.heard_at = now

    @transition(field=state, source=CaseState.HEARD, target=CaseState.FOUND)
    def close_with_finding(self, *, now: datetime) -> None:
        self.closed_at = now

    @transition(field=state, source=[CaseState.HEARING, CaseState.HEARD], target=CaseState.DISMISSED)
    def dismiss(self, *, reason: str, now: datetime) -> None:
        self.closing_reason = reason
        self.closed_at = now


class CaseStatement(models.Model):
    """What a side said in a case. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="statements", verbose_name=_("case"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    side = models.CharField(
        _("side"), max_length=12, choices=[("provider", _("provider")), ("operator", _("operator"))]
    )
    text = models.TextField(_("statement"))
    said_at = models.DateTimeField(_("said at"))

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        indexes = [models.Index(fields=["case", "said_at", "id"], name="statement_of_case")]
        triggers = [pgtrigger.Protect(name="statement_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.side}"
