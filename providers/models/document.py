"""Papers, and what happens when one changes or lapses (§9(3), §18(1))."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField, mask
from core.fsm import FSMField, FSMModelMixin, transition
from providers.models.provider import Provider
from providers.storage import document_path, private_storage
from providers.types import ChangeState, ChangeSubject, DocumentSlot, DocumentState, DutyState

SLOTS = [
    (DocumentSlot.BUSINESS_LICENCE, _("business license")),
    (DocumentSlot.LEGAL_REPRESENTATIVE_ID, _("legal representative's identity card")),
    (DocumentSlot.IDENTITY_CARD, _("identity card")),
    (DocumentSlot.OTHER, _("other paper")),
]
DOCUMENT_STATES = [
    (DocumentState.PENDING, _("waiting for the check")),
    (DocumentState.CURRENT, _("current")),
    (DocumentState.SUPERSEDED, _("replaced")),
    (DocumentState.REJECTED, _("not accepted")),
]
CHANGE_SUBJECTS = [
    (ChangeSubject.DOCUMENT, _("a paper")),
    (ChangeSubject.LEGAL_NAME, _("legal name")),
    (ChangeSubject.LEGAL_REPRESENTATIVE, _("legal representative")),
    (ChangeSubject.CONTACT, _("contact")),
    (ChangeSubject.SERVICE, _("service registration")),
    (ChangeSubject.OTHER, _("something else")),
]
DUTY_STATES = [
    (DutyState.AWAITING, _("not yet reported")),
    (DutyState.ON_TIME, _("reported in time")),
    (DutyState.LATE, _("late")),
]


class Document(FSMModelMixin, models.Model):
    """Which paper stands behind this provider, until when is it valid, and what does the file say? (§9(3)1)

    Number and holder are encrypted where stored. The file is one that passed the check of its content, kept outside
    everything that is served; it is read through a view that asks who is looking. What was handed in never changes.
    """

    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="documents", verbose_name=_("provider")
    )
    slot = models.CharField(_("kind"), max_length=24, choices=SLOTS)
    title = models.CharField(_("title"), max_length=80, blank=True)
    number = EncryptedTextField(_("number"))
    number_index = models.CharField(_("number index"), max_length=64)
    holder = EncryptedTextField(_("name on it"))
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("valid to"), null=True, blank=True)
    file = models.FileField(_("file"), storage=private_storage, upload_to=document_path, max_length=200)
    file_name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    state = FSMField(_("state"), default=DocumentState.CURRENT, choices=DOCUMENT_STATES, protected=True, max_length=12)
    uploaded_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    uploaded_at = models.DateTimeField(_("handed in at"))
    settled_at = models.DateTimeField(_("replaced or rejected at"), null=True, blank=True)
    warned_days = models.PositiveSmallIntegerField(_("announced so many days ahead"), null=True, blank=True)

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["provider", "slot"], name="document_of_provider"),
            models.Index(
                fields=["expires_on"], name="document_expiring", condition=Q(state="current", expires_on__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(slot__in=[slot.value for slot in DocumentSlot]), name="document_slot_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DocumentState]), name="document_state_known"
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(expires_on__isnull=True) | Q(expires_on__gte=F("issued_on")),
                name="document_expires_after_issue",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="document_not_empty"),
            models.UniqueConstraint(
                fields=["provider", "slot"],
                condition=Q(state="current") & ~Q(slot="other"),
                name="document_one_current_per_slot",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="document_said_once", exclude=["state", "settled_at", "warned_days"]),
            pgtrigger.Protect(name="document_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_slot_display()} {self.masked_number}"

    @property
    def masked_number(self) -> str:
        return mask(self.number, "id")

    @property
    def is_image(self) -> bool:
        """Whether it can be shown in a page (an image drawn anew by us), rather than only downloaded."""
        return self.content_type.startswith("image/")

    @transition(state, source=DocumentState.PENDING, target=DocumentState.CURRENT)
    def accept(self) -> None:
        """An operator checked it: from now on it stands for the provider."""

    @transition(state, source=DocumentState.PENDING, target=DocumentState.REJECTED)
    def reject(self, *, now: datetime) -> None:
        """An operator did not accept it."""
        self.settled_at = now

    @transition(state, source=DocumentState.CURRENT, target=DocumentState.SUPERSEDED)
    def supersede(self, *, now: datetime) -> None:
        """A newer one took its place."""
        self.settled_at = now


class ChangeReport(FSMModelMixin, models.Model):
    """What did the provider report as changed, was it in time, and did an operator agree? (§18(1))"""

    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="change_reports", verbose_name=_("provider")
    )
    about = models.CharField(_("what changed"), max_length=24, choices=CHANGE_SUBJECTS)
    description = models.TextField(_("description"), blank=True)
    changed_on = models.DateField(_("changed on"))
    reported_at = models.DateTimeField(_("reported at"))
    reported_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("reported by")
    )
    outcome = models.CharField(
        _("in time"),
        max_length=10,
        choices=[(DutyState.ON_TIME, _("reported in time")), (DutyState.LATE, _("late"))],
    )
    due_at = models.DateTimeField(_("due at"))
    replaced = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("paper before")
    )
    document = models.OneToOneField(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="change_report",
        verbose_name=_("paper now"),
    )
    decision = models.ForeignKey(
        "regulation.DecisionRecord", on_delete=models.PROTECT, related_name="+", verbose_name=_("decision")
    )
    state = FSMField(
        _("state"),
        default=ChangeState.REPORTED,
        choices=[
            (ChangeState.REPORTED, _("waiting for the check")),
            (ChangeState.ACCEPTED, _("accepted")),
            (ChangeState.REFUSED, _("not accepted")),
        ],
        protected=True,
        max_length=10,
    )
    settled_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    settled_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("report of a change")
        verbose_name_plural = _("reports of changes")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["reported_at", "id"], name="change_queue", condition=Q(state="reported")),
            models.Index(fields=["provider", "-id"], name="change_of_provider"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reported", "accepted", "refused"]), name="change_state_known"
            ),
            models.CheckConstraint(condition=Q(outcome__in=["on_time", "late"]), name="change_outcome_known"),
            models.CheckConstraint(
                condition=Q(state="reported") | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="change_settled_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="change_states",
                field="state",
                transitions=[("reported", "accepted"), ("reported", "refused")],
            ),
            pgtrigger.ReadOnly(name="change_said_once", exclude=["state", "settled_by", "settled_at", "reason"]),
            pgtrigger.Protect(name="change_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_about_display()} {self.changed_on}"

    @property
    def subject(self) -> str:
        """As the audit trail names it."""
        return f"change:{self.pk}"

    @transition(state, source=ChangeState.REPORTED, target=ChangeState.ACCEPTED, custom={"clause": "18(1)"})
    def accept(self, *, operator_id: int, now: datetime) -> None:
        """The change is as reported."""
        self.settled_by_id, self.settled_at = operator_id, now

    @transition(state, source=ChangeState.REPORTED, target=ChangeState.REFUSED, custom={"clause": "18(1)"})
    def refuse(self, *, operator_id: int, reason: str, now: datetime) -> None:
        """It is not."""
        self.settled_by_id, self.settled_at, self.reason = operator_id, now, reason


class LapseDuty(models.Model):
    """A paper has lapsed: by when is that to be reported, and was it? (§18(1))

    Opened by a sweep when a current paper's last day has ended; closed by a report about that paper, or by the passing
    of its thirty days, after which it is handed on as a case of conduct.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="lapse", verbose_name=_("paper"))
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="lapses", verbose_name=_("provider"))
    lapsed_on = models.DateField(_("lapsed on"))
    due_at = models.DateTimeField(_("due at"))
    state = models.CharField(_("state"), max_length=10, choices=DUTY_STATES, default=DutyState.AWAITING)
    report = models.ForeignKey(
        ChangeReport, on_delete=models.PROTECT, null=True, blank=True, related_name="lapses", verbose_name=_("report")
    )
    decision = models.ForeignKey(
        "regulation.DecisionRecord",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decision"),
    )
    opened_at = models.DateTimeField(_("opened at"))
    reminded_day = models.PositiveSmallIntegerField(_("reminded on day"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("lapsed paper")
        verbose_name_plural = _("lapsed papers")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["due_at"], name="lapse_due", condition=Q(state="awaiting"))]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["awaiting", "on_time", "late"]), name="lapse_state_known"),
            models.CheckConstraint(
                condition=Q(state="awaiting", settled_at__isnull=True)
                | ~Q(state="awaiting") & Q(settled_at__isnull=False, decision__isnull=False),
                name="lapse_settled_whole",
            ),
        ]
        triggers = [pgtrigger.Protect(name="lapse_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.document_id} {self.lapsed_on}"
