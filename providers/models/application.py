"""The application of somebody who wants to sell here."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fsm import FSMField, FSMModelMixin, transition
from providers.models.provider import Provider
from providers.types import ApplicationState

STATES = [
    (ApplicationState.DRAFT, _("draft")),
    (ApplicationState.SUBMITTED, _("waiting for review")),
    (ApplicationState.UNDER_REVIEW, _("under review")),
    (ApplicationState.RETURNED, _("returned to be mended")),
    (ApplicationState.APPROVED, _("approved")),
    (ApplicationState.REFUSED, _("refused")),
    (ApplicationState.WITHDRAWN, _("withdrawn")),
]


class Application(FSMModelMixin, models.Model):
    """Who asked to be admitted, with what, who looked at it, and what did they say? (§9)

    What is asked for lies on the provider, its papers, contact, service registration and signed agreements;
    `evidence` is the picture of all that when it was handed in, and `requirements` the conditions as they were judged
    at approval.
    """

    number = models.CharField(_("number"), max_length=16, unique=True)
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="applications", verbose_name=_("provider")
    )
    state = FSMField(_("state"), default=ApplicationState.DRAFT, choices=STATES, protected=True, max_length=12)
    store_slug = models.CharField(_("address of the store"), max_length=40, blank=True)
    store_name_zh = models.CharField(_("name of the store (Chinese)"), max_length=60, blank=True)
    store_name_en = models.CharField(_("name of the store (English)"), max_length=60, blank=True)
    store_introduction_zh = models.TextField(_("introduction (Chinese)"), blank=True)
    store_introduction_en = models.TextField(_("introduction (English)"), blank=True)
    attested_at = models.DateTimeField(_("papers declared true at"), null=True, blank=True)
    created_at = models.DateTimeField(_("started at"))
    saved_at = models.DateTimeField(_("saved at"))
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    claimed_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="claimed_applications",
        verbose_name=_("reviewed by"),
    )
    claimed_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    remarks = models.JSONField(_("what to mend"), default=dict, blank=True)
    evidence = models.JSONField(_("as handed in"), default=dict, blank=True)
    decision = models.ForeignKey(
        "regulation.DecisionRecord",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decision"),
    )

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["submitted_at", "id"],
                name="application_queue",
                condition=Q(state__in=["submitted", "under_review"]),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ApplicationState]), name="application_state_known"
            ),
            models.UniqueConstraint(
                fields=["provider"],
                condition=Q(state__in=["draft", "submitted", "under_review", "returned"]),
                name="application_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "under_review", "approved"]) | Q(submitted_at__isnull=False),
                name="application_submitted_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="under_review") | Q(claimed_by__isnull=False), name="application_review_is_somebodys"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(decision__isnull=False), name="application_approved_by_decision"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "refused"]) | ~Q(reason=""), name="application_no_has_reason"
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="application_states",
                field="state",
                transitions=[
                    ("draft", "submitted"),
                    ("returned", "submitted"),
                    ("submitted", "under_review"),
                    ("under_review", "submitted"),
                    ("under_review", "returned"),
                    ("under_review", "approved"),
                    ("under_review", "refused"),
                    ("draft", "withdrawn"),
                    ("submitted", "withdrawn"),
                    ("returned", "withdrawn"),
                ],
            ),
            pgtrigger.Protect(name="application_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """As the audit trail names it."""
        return f"application:{self.number}"

    @transition(
        state,
        source=[ApplicationState.DRAFT, ApplicationState.RETURNED],
        target=ApplicationState.SUBMITTED,
        custom={"clause": "9"},
    )
    def submit(self, *, evidence: dict[str, object], now: datetime) -> None:
        """Everything is there; hand it in."""
        self.evidence, self.submitted_at = evidence, now
        self.claimed_by, self.claimed_at, self.remarks, self.reason = None, None, {}, ""

    @transition(state, source=ApplicationState.SUBMITTED, target=ApplicationState.UNDER_REVIEW, custom={"clause": "9"})
    def claim(self, *, operator_id: int, now: datetime) -> None:
        """An operator takes it."""
        self.claimed_by_id, self.claimed_at = operator_id, now

    @transition(state, source=ApplicationState.UNDER_REVIEW, target=ApplicationState.SUBMITTED, custom={"clause": "9"})
    def release(self) -> None:
        """The operator puts it back into the queue."""
        self.claimed_by, self.claimed_at = None, None

    @transition(state, source=ApplicationState.UNDER_REVIEW, target=ApplicationState.RETURNED, custom={"clause": "9"})
    def send_back(self, *, reason: str, remarks: dict[str, str], now: datetime) -> None:
        """Something is to be mended."""
        self.reason, self.remarks, self.settled_at = reason, remarks, now

    @transition(state, source=ApplicationState.UNDER_REVIEW, target=ApplicationState.APPROVED, custom={"clause": "9"})
    def approve(self, *, decision_id: int, now: datetime) -> None:
        """All conditions of 9 hold."""
        self.decision_id, self.settled_at = decision_id, now

    @transition(state, source=ApplicationState.UNDER_REVIEW, target=ApplicationState.REFUSED, custom={"clause": "9"})
    def refuse(self, *, reason: str, now: datetime) -> None:
        """The conditions cannot be met."""
        self.reason, self.settled_at = reason, now

    @transition(
        state,
        source=[ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.RETURNED],
        target=ApplicationState.WITHDRAWN,
        custom={"clause": "9"},
    )
    def withdraw(self, *, now: datetime) -> None:
        """The applicant no longer wants to."""
        self.settled_at = now
