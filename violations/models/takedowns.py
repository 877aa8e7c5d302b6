"""Claims that a product infringes rights, and what its users are offered after it (§18(17))."""

from datetime import datetime
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from violations.types import RemedyKind, RemedyState, TakedownState

BASES = [("own", _("I hold the rights")), ("authorised", _("I act for the rights holder"))]
REMEDY_KINDS = [
    (RemedyKind.SUBSTITUTE, _("a substitute")),
    (RemedyKind.MIGRATION, _("a migration")),
    (RemedyKind.COSTS, _("the costs")),
]


class Takedown(FSMModelMixin, models.Model):
    """Who claims that which product infringes which work, what did the provider answer, and what was found?

    The product is hidden from the filing until the claim is withdrawn or dismissed. One open claim a person and
    product. Written by `violations.services.takedowns`.
    """

    number = models.CharField(_("number"), max_length=16, unique=True)
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="takedowns", verbose_name=_("claimant")
    )
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="takedowns", verbose_name=_("product")
    )
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="takedowns", verbose_name=_("provider")
    )
    work = models.CharField(_("the work or right"), max_length=200)
    basis = models.CharField(_("on what the claim rests"), max_length=10, choices=BASES)
    statement = models.TextField(_("how the product infringes it"))
    filed_at = models.DateTimeField(_("filed at"))
    response = models.TextField(_("answer"), blank=True)
    responded_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    case = models.ForeignKey(
        "violations.Case",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="takedowns",
        verbose_name=_("case"),
    )
    state = FSMField(
        _("state"),
        default=TakedownState.FILED,
        choices=[
            (TakedownState.FILED, _("being examined")),
            (TakedownState.UPHELD, _("upheld")),
            (TakedownState.DISMISSED, _("dismissed")),
            (TakedownState.WITHDRAWN, _("withdrawn")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("infringement claim")
        verbose_name_plural = _("infringement claims")
        indexes = [
            models.Index(fields=["state", "filed_at", "id"], name="takedown_queue"),
            models.Index(fields=["provider", "-filed_at", "-id"], name="takedown_of_provider"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["claimant", "product"], name="takedown_one_open", condition=Q(state="filed")
            ),
            models.CheckConstraint(
                name="takedown_decided_by_somebody",
                condition=~Q(state__in=["upheld", "dismissed"])
                | Q(decided_at__gte=F("filed_at"), decided_by__isnull=False, reason__gt=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="takedown_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="takedown_states",
                field="state",
                transitions=[("filed", "upheld"), ("filed", "dismissed"), ("filed", "withdrawn")],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """As the audit trail and restrictions name it."""
        return f"takedown:{self.number}"

    @transition(field=state, source=TakedownState.FILED, target=TakedownState.UPHELD)
    def uphold(self, *, case_id: int, operator_id: int, reason: str, now: datetime) -> None:
        self.case_id = case_id
        self.decided_by_id, self.reason, self.decided_at = operator_id, reason, now

    @transition(field=state, source=TakedownState.FILED, target=TakedownState.DISMISSED)
    def dismiss(self, *, operator_id: int, reason: str, now: datetime) -> None:
        self.decided_by_id, self.reason, self.decided_at = operator_id, reason, now

    @transition(field=state, source=TakedownState.FILED, target=TakedownState.WITHDRAWN)
    def withdraw(self, *, now: datetime) -> None:
        self.decided_at = now


class TakedownFile(models.Model):
    """What a claimant or a provider put forward. Append-only."""

    takedown = models.ForeignKey(Takedown, on_delete=models.PROTECT, related_name="files", verbose_name=_("claim"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    file = models.FileField(upload_to="takedowns/%Y/%m/")
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("file of a claim")
        verbose_name_plural = _("files of claims")
        triggers = [
            pgtrigger.Protect(name="takedown_file_kept", operation=pgtrigger.Delete | pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return self.name


class Remedy(FSMModelMixin, models.Model):
    """What is a user of an infringing product offered, until when, and did the user accept it? (§18(17)2)

    One for each order in use when the claim was upheld. `amount` (yuan) is what the provider pays beside. Written by
    `violations.services.remedies`.
    """

    takedown = models.ForeignKey(Takedown, on_delete=models.PROTECT, related_name="remedies", verbose_name=_("claim"))
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="remedies", verbose_name=_("order")
    )
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"))
    kind = models.CharField(_("what is offered"), max_length=10, choices=REMEDY_KINDS, blank=True)
    text = models.TextField(_("how it is done"), blank=True)
    amount = MoneyField(_("costs paid"), default=0)
    offered_at = models.DateTimeField(_("offered"), null=True, blank=True)
    returned_note = models.TextField(_("why it was sent back"), blank=True)
    accepted_at = models.DateTimeField(pgettext_lazy("when", "accepted"), null=True, blank=True)
    late_recorded_at = models.DateTimeField(_("recorded as late"), null=True, blank=True)
    state = FSMField(
        _("state"),
        default=RemedyState.OWED,
        choices=[
            (RemedyState.OWED, _("owed by the provider")),
            (RemedyState.OFFERED, _("waiting for the user")),
            (RemedyState.ACCEPTED, pgettext_lazy("violations", "accepted")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("remedy")
        verbose_name_plural = _("remedies")
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="remedy_due",
                condition=Q(state="owed", late_recorded_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["takedown", "order"], name="remedy_once_an_order"),
            models.CheckConstraint(name="remedy_amount_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(name="remedy_due_after_opened", condition=Q(due_at__gt=F("opened_at"))),
            models.CheckConstraint(
                name="remedy_offer_whole",
                condition=Q(state="owed") | (Q(offered_at__isnull=False) & ~Q(kind="") & ~Q(text="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="remedy_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="remedy_states",
                field="state",
                transitions=[("owed", "offered"), ("offered", "owed"), ("offered", "accepted")],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.takedown} · {self.order}"

    @transition(field=state, source=RemedyState.OWED, target=RemedyState.OFFERED)
    def offer(self, *, kind: str, text: str, amount: Decimal, now: datetime) -> None:
        self.kind, self.text, self.amount, self.offered_at = kind, text, amount, now

    @transition(field=state, source=RemedyState.OFFERED, target=RemedyState.OWED)
    def send_back(self, *, note: str, due_at: datetime) -> None:
        """The user does not accept it: another is owed, in the same time again."""
        self.returned_note, self.due_at = note, due_at

    @transition(field=state, source=RemedyState.OFFERED, target=RemedyState.ACCEPTED)
    def accept(self, *, now: datetime) -> None:
        self.accepted_at = now
