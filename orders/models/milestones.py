"""The steps of a service with what was handed in for them, and what was handed over of an application (§11)."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from orders.models.order import Order
from orders.types import MilestoneState
from providers.triggers import ReadOnlyWhen

STATES = [
    (MilestoneState.WAITING, _("Not started")),
    (MilestoneState.STARTED, _("In progress")),
    (MilestoneState.SUBMITTED, _("Waiting for acceptance")),
    (MilestoneState.RETURNED, _("Sent back")),
    (MilestoneState.ACCEPTED, _("Accepted")),
]
MILESTONE_MOVES = [
    ("waiting", "started"),
    ("started", "submitted"),
    ("returned", "submitted"),
    ("submitted", "accepted"),
    ("submitted", "returned"),
    ("accepted", "submitted"),
]
ANSWERS = [("accepted", _("Accepted")), ("returned", _("Sent back"))]


class OrderMilestone(FSMModelMixin, models.Model):
    """Which step of a service is this, how far is it, and when is it done by the criteria that were agreed? (§11)

    Copied from the listing with the payment; `due_at` follows from its days once work on it has begun.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="milestones", verbose_name=_("order"), db_index=False
    )
    position = models.PositiveSmallIntegerField(pgettext_lazy("orders", "position"))
    title_zh = models.CharField(_("title in Chinese"), max_length=60)
    title_en = models.CharField(_("title in English"), max_length=100, blank=True)
    acceptance_zh = models.TextField(_("acceptance criteria in Chinese"), blank=True)
    acceptance_en = models.TextField(_("acceptance criteria in English"), blank=True)
    days = models.PositiveSmallIntegerField(pgettext_lazy("orders", "days"))
    share = models.DecimalField(_("share of the price (%)"), max_digits=5, decimal_places=2)
    amount = MoneyField(_("amount"))
    state = FSMField(_("state"), default=MilestoneState.WAITING, choices=STATES, protected=True, max_length=10)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    due_at = models.DateTimeField(pgettext_lazy("orders", "due"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    returned_at = models.DateTimeField(_("sent back"), null=True, blank=True)
    accepted_at = models.DateTimeField(pgettext_lazy("orders", "accepted"), null=True, blank=True)
    rounds = models.PositiveSmallIntegerField(_("times handed in"), default=0)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["position"]
        indexes = [
            models.Index(fields=["due_at"], name="milestone_due", condition=Q(state__in=["started", "returned"]))
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_milestone_once"),
            models.CheckConstraint(
                name="order_milestone_state_known",
                condition=Q(state__in=["waiting", "started", "submitted", "returned", "accepted"]),
            ),
            models.CheckConstraint(
                name="order_milestone_moments",
                condition=Q(state="waiting", started_at__isnull=True)
                | Q(state="started", started_at__isnull=False)
                | Q(state__in=["submitted", "returned"], submitted_at__isnull=False, started_at__isnull=False)
                | Q(state="accepted", accepted_at__isnull=False),
            ),
            models.CheckConstraint(name="order_milestone_amount", condition=Q(amount__gte=0)),
        ]
        triggers = [
            pgtrigger.FSM(name="order_milestone_states", field="state", transitions=MILESTONE_MOVES),
            pgtrigger.ReadOnly(
                name="order_milestone_agreed",
                fields=[
                    "order",
                    "position",
                    "title_zh",
                    "title_en",
                    "acceptance_zh",
                    "acceptance_en",
                    "days",
                    "share",
                    "amount",
                ],
            ),
            pgtrigger.Protect(name="order_milestone_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.position}"

    @property
    def title(self) -> str:
        """The title in the reader's language, or in Chinese where there is no English one."""
        return self.title_en if self.title_en and (get_language() or "").startswith("en") else self.title_zh

    @property
    def acceptance(self) -> str:
        """The criteria in the reader's language, or in Chinese where there are no English ones."""
        english = self.acceptance_en and (get_language() or "").startswith("en")
        return self.acceptance_en if english else self.acceptance_zh

    @transition(state, source=MilestoneState.WAITING, target=MilestoneState.STARTED, custom={"clause": "11"})
    def start(self, *, due_at: datetime, now: datetime) -> None:
        """Work on it has begun."""
        self.started_at, self.due_at = now, due_at

    @transition(
        state,
        source=[MilestoneState.STARTED, MilestoneState.RETURNED],
        target=MilestoneState.SUBMITTED,
        custom={"clause": "11(1)3"},
    )
    def submit(self, *, now: datetime) -> None:
        """The provider says that it is done, with evidence."""
        self.submitted_at = now
        self.rounds += 1

    @transition(state, source=MilestoneState.SUBMITTED, target=MilestoneState.ACCEPTED, custom={"clause": "11(1)3"})
    def accept(self, *, now: datetime) -> None:
        """The buyer agrees, or an operator by the evidence."""
        self.accepted_at = now

    @transition(state, source=MilestoneState.SUBMITTED, target=MilestoneState.RETURNED, custom={"clause": "11(1)3"})
    def send_back(self, *, now: datetime) -> None:
        """The buyer says what is missing."""
        self.returned_at = now

    @transition(state, source=MilestoneState.ACCEPTED, target=MilestoneState.SUBMITTED, custom={"clause": "15(1)"})
    def take_acceptance_back(self) -> None:
        """The confirmation was induced: it waits for the buyer again, as a round of its own."""
        self.accepted_at = None
        self.rounds += 1


class MilestoneSubmission(models.Model):
    """What did the provider hand in for a milestone, and what did the buyer answer? One row a round; files stand in
    OrderFile.
    """

    milestone = models.ForeignKey(
        OrderMilestone,
        on_delete=models.PROTECT,
        related_name="submissions",
        verbose_name=_("milestone"),
        db_index=False,
    )
    round = models.PositiveSmallIntegerField(_("round"))
    statement = models.TextField(_("what was done"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    submitted_at = models.DateTimeField(_("handed in"))
    answer = models.CharField(_("answer"), max_length=8, choices=ANSWERS, blank=True)
    answer_reason = models.TextField(_("reason"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("hand-in")
        verbose_name_plural = _("hand-ins")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["milestone", "round"], name="submission_round_once"),
            models.CheckConstraint(
                name="submission_answer_whole",
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer="accepted", answered_at__gte=F("submitted_at"))
                | (Q(answer="returned", answered_at__gte=F("submitted_at")) & ~Q(answer_reason="")),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="submission_stands", fields=["milestone", "round", "statement", "submitted_by", "submitted_at"]
            ),
            ReadOnlyWhen(
                name="submission_answered_once",
                fields=["answer", "answer_reason", "answered_by", "answered_at"],
                when=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.Protect(name="submission_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id} {self.round}"

    @property
    def place(self) -> str:
        """Under which its files are kept."""
        return f"submission:{self.pk}"


class Delivery(models.Model):
    """How does the buyer reach what was bought? Addresses and licences are encrypted; a later row takes the place of
    an earlier.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("order"))
    access = EncryptedTextField(_("access"))
    guide = models.TextField(_("guide"), blank=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("delivered by")
    )
    delivered_at = models.DateTimeField(_("delivered"))

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="delivery_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.order_id)

    @property
    def place(self) -> str:
        """Under which its files are kept."""
        return f"delivery:{self.pk}"
