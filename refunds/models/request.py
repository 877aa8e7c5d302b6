"""Requests for money back (§17)."""

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
from refunds.rules import Reason
from refunds.types import MOVING, OPEN, Basis, Origin, RefundState, Side

STATES = [
    (RefundState.REQUESTED, _("Requested")),
    (RefundState.NEGOTIATING, _("Being negotiated")),
    (RefundState.ESCALATED, _("With the platform")),
    (RefundState.AGREED, _("Agreed by both")),
    (RefundState.PROVIDER_ACCEPTED, _("Accepted by the provider")),
    (RefundState.DECIDED, _("Decided")),
    (RefundState.PAYING_BACK, _("On its way back")),
    (RefundState.PAID_BACK, _("Paid back")),
    (RefundState.REFUSED, _("Not refunded")),
    (RefundState.WITHDRAWN, _("Withdrawn")),
]
REASONS = [
    (Reason.DELAY, _("Late, or dragged out")),
    (Reason.NOT_AS_DESCRIBED, _("Not as described")),
    (Reason.ATTITUDE, _("Poor attitude")),
    (Reason.INCAPABLE, _("Unable to do it")),
    (Reason.POOR_QUALITY, _("Poor quality")),
    (Reason.BUSINESS_ENDED, _("The provider stopped this business")),
    (Reason.UNREACHABLE, _("Cannot be reached")),
    (Reason.BANKRUPT, _("Bankrupt or closed")),
    (Reason.OTHER_FAILING, _("Another failing")),
]
ORIGINS = [
    (Origin.BUYER, _("Asked for by the buyer")),
    (Origin.DEDUCTION, _("After a deduction both signed")),
    (Origin.EXIT, _("The provider left")),
]
BASES = [
    (Basis.ENTITLED, _("By the rules")),
    (Basis.AGREED, _("By agreement")),
    (Basis.PROVIDER, _("By the provider's word")),
    (Basis.PLATFORM, _("By decision of the platform")),
]
SIDES = [(Side.BUYER, _("Buyer")), (Side.PROVIDER, _("Provider")), (Side.PLATFORM, _("Platform"))]
REFUND_MOVES = [
    ("requested", "negotiating"),
    ("requested", "decided"),
    ("requested", "refused"),
    ("requested", "agreed"),
    ("negotiating", "agreed"),
    ("negotiating", "provider_accepted"),
    ("negotiating", "escalated"),
    ("negotiating", "decided"),
    ("negotiating", "withdrawn"),
    ("escalated", "agreed"),
    ("escalated", "provider_accepted"),
    ("escalated", "decided"),
    ("escalated", "refused"),
    ("escalated", "withdrawn"),
    ("provider_accepted", "refused"),
    ("agreed", "paying_back"),
    ("provider_accepted", "paying_back"),
    ("decided", "paying_back"),
    ("paying_back", "paid_back"),
]


class RefundRequest(FSMModelMixin, models.Model):
    """Who asks for how much back and why, what is that entitled to, and what came of it? (§17)

    `decision` is the entitlement as it was decided with the request, `final` the one that settled it. The rulebook is
    the one in
    force when it was asked for. `reply_due_at` and `decide_due_at` are the clocks of §17(1); sweeps look for them.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="refunds", verbose_name=_("order"))
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="refunds",
        verbose_name=_("buyer"),
        db_index=False,
    )
    provider = models.ForeignKey(
        "providers.Provider",
        on_delete=models.PROTECT,
        related_name="refunds",
        verbose_name=_("provider"),
        db_index=False,
    )
    origin = models.CharField(_("origin"), max_length=10, choices=ORIGINS, default=Origin.BUYER)
    reason = models.CharField(_("reason"), max_length=20, choices=REASONS, blank=True)
    statement = models.TextField(_("what happened"), blank=True)
    claims_loss = models.BooleanField(_("it caused a loss"), default=False)
    amount_asked = MoneyField(_("amount asked for"), null=True, blank=True)
    in_guarantee = models.BooleanField(_("asked for in the guarantee"))
    state = FSMField(_("state"), default=RefundState.REQUESTED, choices=STATES, protected=True, max_length=20)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    requested_at = models.DateTimeField(pgettext_lazy("refunds", "asked for"))
    rulebook = models.CharField(_("rulebook"), max_length=40)
    decision = models.ForeignKey(
        "regulation.DecisionRecord",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decision at the request"),
    )
    reply_due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    decide_due_at = models.DateTimeField(_("the platform decides from"), null=True, blank=True)
    replied_at = models.DateTimeField(_("answered"), null=True, blank=True)
    reply = models.TextField(_("answer of the provider"), blank=True)
    escalated_at = models.DateTimeField(_("with the platform since"), null=True, blank=True)
    escalated_by = models.CharField(_("brought to the platform by"), max_length=8, choices=SIDES, blank=True)
    reason_upheld = models.BooleanField(_("reason upheld"), null=True, blank=True)
    loss_upheld = models.BooleanField(_("loss upheld"), default=False)
    basis = models.CharField(pgettext_lazy("refunds", "settled"), max_length=10, choices=BASES, blank=True)
    final = models.ForeignKey(
        "regulation.DecisionRecord",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decision"),
    )
    finding = models.TextField(_("finding"), blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    amount = MoneyField(_("amount"), default=Decimal("0.00"))
    fee_returned = MoneyField(_("service fee given back"), default=Decimal("0.00"))
    paying_at = models.DateTimeField(pgettext_lazy("refunds", "sent back"), null=True, blank=True)
    payback = models.OneToOneField(
        "payments.Payback",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refund",
        verbose_name=_("pay-back"),
    )
    paid_back_at = models.DateTimeField(pgettext_lazy("refunds", "paid back"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["buyer", "-id"], name="refund_of_buyer"),
            models.Index(fields=["provider", "-id"], name="refund_of_provider"),
            models.Index(
                fields=["reply_due_at", "id"],
                name="refund_reply_due",
                condition=Q(state="negotiating", replied_at__isnull=True),
            ),
            models.Index(
                fields=["decide_due_at", "id"],
                name="refund_decide_due",
                condition=Q(state__in=["negotiating", "escalated"], decide_due_at__isnull=False),
            ),
            models.Index(fields=["escalated_at", "id"], name="refund_queue", condition=Q(state="escalated")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], name="refund_one_open", condition=Q(state__in=sorted(OPEN | MOVING))
            ),
            models.UniqueConstraint(fields=["decision"], name="refund_once_an_exit", condition=Q(origin="exit")),
            models.CheckConstraint(
                name="refund_state_known", condition=Q(state__in=[str(state) for state, _name in STATES])
            ),
            models.CheckConstraint(
                name="refund_reason_known", condition=Q(reason__in=["", *(str(reason) for reason in Reason)])
            ),
            models.CheckConstraint(name="refund_amount_not_negative", condition=Q(amount__gte=0, fee_returned__gte=0)),
            models.CheckConstraint(
                name="refund_asked_positive", condition=Q(amount_asked__isnull=True) | Q(amount_asked__gt=0)
            ),
            models.CheckConstraint(
                name="refund_negotiation_has_clocks",
                condition=~Q(state="negotiating") | Q(reply_due_at__isnull=False, decide_due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="refund_clocks_after",
                condition=Q(reply_due_at__isnull=True) | Q(reply_due_at__gt=F("requested_at")),
            ),
            models.CheckConstraint(
                name="refund_escalated_has_moment", condition=~Q(state="escalated") | Q(escalated_at__isnull=False)
            ),
            models.CheckConstraint(
                name="refund_settled_whole",
                condition=~Q(state__in=["agreed", "provider_accepted", "decided", "paying_back", "paid_back"])
                | (Q(settled_at__isnull=False, final__isnull=False) & ~Q(basis="")),
            ),
            models.CheckConstraint(
                name="refund_paying_whole",
                condition=Q(
                    state__in=["paying_back", "paid_back"], payback__isnull=False, paying_at__isnull=False, amount__gt=0
                )
                | (~Q(state__in=["paying_back", "paid_back"]) & Q(payback__isnull=True, paying_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="refund_paid_back_has_moment",
                condition=Q(state="paid_back", paid_back_at__isnull=False)
                | (~Q(state="paid_back") & Q(paid_back_at__isnull=True)),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="refund_states", field="state", transitions=REFUND_MOVES),
            pgtrigger.ReadOnly(
                name="refund_asked_once",
                fields=[
                    "number",
                    "order",
                    "buyer",
                    "provider",
                    "origin",
                    "reason",
                    "statement",
                    "claims_loss",
                    "amount_asked",
                    "in_guarantee",
                    "requested_by",
                    "requested_at",
                    "rulebook",
                    "decision",
                ],
            ),
            pgtrigger.Protect(name="refund_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """As decisions and the audit trail name it."""
        return f"refund:{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether the two (or the platform) still have to settle it."""
        return self.state in OPEN

    @transition(state, source=RefundState.REQUESTED, target=RefundState.NEGOTIATING, custom={"clause": "17(1)"})
    def negotiate(self, *, reply_due_at: datetime, decide_due_at: datetime) -> None:
        """The provider answers first."""
        self.reply_due_at, self.decide_due_at = reply_due_at, decide_due_at

    @transition(
        state,
        source=[RefundState.REQUESTED, RefundState.ESCALATED, RefundState.PROVIDER_ACCEPTED],
        target=RefundState.REFUSED,
        custom={"clause": "17(4)"},
    )
    def refuse(self, *, finding: str, by_id: int | None, now: datetime) -> None:
        """The rules give nothing back, or the reason was not upheld."""
        self.finding, self.settled_by_id, self.settled_at = finding, by_id, now

    @transition(
        state,
        source=[RefundState.REQUESTED, RefundState.NEGOTIATING, RefundState.ESCALATED],
        target=RefundState.DECIDED,
        custom={"clause": "17(1)"},
    )
    def decide(self, *, amount: Decimal, basis: str, finding: str, by_id: int | None, now: datetime) -> None:
        """The rules themselves, or the platform, say how much."""
        self.amount, self.basis, self.finding = amount, basis, finding
        self.settled_by_id, self.settled_at = by_id, now

    @transition(
        state,
        source=[RefundState.NEGOTIATING, RefundState.ESCALATED],
        target=RefundState.PROVIDER_ACCEPTED,
        custom={"clause": "17(2)"},
    )
    def accept(self, *, amount: Decimal, reply: str, by_id: int | None, now: datetime) -> None:
        """The provider agrees to what was asked, or that the reason holds."""
        self.amount, self.basis, self.reply = amount, Basis.PROVIDER, reply
        self.replied_at = self.replied_at or now
        self.settled_by_id, self.settled_at = by_id, now

    @transition(
        state,
        source=[RefundState.REQUESTED, RefundState.NEGOTIATING, RefundState.ESCALATED],
        target=RefundState.AGREED,
        custom={"clause": "17(1)"},
    )
    def agree(self, *, amount: Decimal, by_id: int | None, now: datetime) -> None:
        """Both signed for an amount."""
        self.amount, self.basis, self.settled_by_id, self.settled_at = amount, Basis.AGREED, by_id, now

    @transition(state, source=RefundState.NEGOTIATING, target=RefundState.ESCALATED, custom={"clause": "17(1)"})
    def escalate(self, *, side: str, now: datetime) -> None:
        """The platform is to decide: one of them asked, or the provider did not answer."""
        self.escalated_at, self.escalated_by = now, side

    @transition(state, source=[RefundState.NEGOTIATING, RefundState.ESCALATED], target=RefundState.WITHDRAWN)
    def withdraw(self, *, now: datetime) -> None:
        """The buyer takes it back."""
        self.settled_at = now

    @transition(
        state,
        source=[RefundState.AGREED, RefundState.PROVIDER_ACCEPTED, RefundState.DECIDED],
        target=RefundState.PAYING_BACK,
    )
    def pay_back(self, *, payback_id: int, fee_returned: Decimal, now: datetime) -> None:
        """The money is on its way to the buyer."""
        self.payback_id, self.fee_returned, self.paying_at = payback_id, fee_returned, now

    @transition(state, source=RefundState.PAYING_BACK, target=RefundState.PAID_BACK)
    def arrive(self, *, now: datetime) -> None:
        """The gateway has done it."""
        self.paid_back_at = now
