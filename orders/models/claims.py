"""What both have to sign, and what the warranty owes (§11(2)3, §11(3))."""

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
from orders.models.order import Order
from orders.types import OPEN_CLAIMS, ClaimState, ClaimWish, OfferState, Side

SIDES = [(Side.BUYER, _("Buyer")), (Side.PROVIDER, _("Provider")), (Side.PLATFORM, _("Platform"))]
OFFERS = [
    (OfferState.OFFERED, _("Waiting for the other side")),
    (OfferState.AGREED, _("Signed by both")),
    (OfferState.DECLINED, _("Declined")),
    (OfferState.WITHDRAWN, _("Withdrawn")),
]
CLAIMS = [
    (ClaimState.FILED, _("Waiting for the provider")),
    (ClaimState.ANSWERED, pgettext_lazy("orders", "Answered")),
    (ClaimState.ESCALATED, _("With the platform")),
    (ClaimState.RESOLVED, _("Resolved")),
    (ClaimState.COMPENSATED, _("Compensated")),
    (ClaimState.REFUSED, _("Not upheld")),
    (ClaimState.WITHDRAWN, _("Withdrawn")),
]
WISHES = [
    (ClaimWish.REPAIR, _("Repair")),
    (ClaimWish.SERVICE, _("Render the service again")),
    (ClaimWish.COMPENSATION, _("Compensation")),
]


class DeductionOffer(FSMModelMixin, models.Model):
    """What of the price does the provider keep where the buyer changes or ends a service early, and did both sign?
    (§11(2)3)

    Never imposed: it takes effect when the second of the two has signed. The rest goes back to the buyer and the
    order ends.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="deduction_offers", verbose_name=_("order"))
    amount = MoneyField(_("kept by the provider"))
    statement = models.TextField(_("what it is for"))
    state = FSMField(_("state"), default=OfferState.OFFERED, choices=OFFERS, protected=True, max_length=10)
    offered_side = models.CharField(_("offered by"), max_length=8, choices=SIDES)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("offered by")
    )
    offered_at = models.DateTimeField(_("offered"))
    buyer_signed_at = models.DateTimeField(_("signed by the buyer"), null=True, blank=True)
    provider_signed_at = models.DateTimeField(_("signed by the provider"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("orders", "signed by"),
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("why"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("deduction both sign")
        verbose_name_plural = _("deductions both sign")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["order"], name="deduction_offer_one_open", condition=Q(state="offered")),
            models.CheckConstraint(name="deduction_offer_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="deduction_offer_state_known",
                condition=Q(state__in=["offered", "agreed", "declined", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="deduction_offer_both_signed",
                condition=~Q(state="agreed") | Q(buyer_signed_at__isnull=False, provider_signed_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="deduction_offer_states",
                field="state",
                transitions=[("offered", "agreed"), ("offered", "declined"), ("offered", "withdrawn")],
            ),
            pgtrigger.ReadOnly(
                name="deduction_offer_stands",
                fields=["number", "order", "amount", "statement", "offered_side", "offered_by", "offered_at"],
            ),
            pgtrigger.Protect(name="deduction_offer_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(state, source=OfferState.OFFERED, target=OfferState.AGREED, custom={"clause": "11(2)3"})
    def sign(self, *, side: str, by_id: int | None, now: datetime) -> None:
        """The second of the two has signed."""
        if side == Side.BUYER:
            self.buyer_signed_at = now
        else:
            self.provider_signed_at = now
        self.signed_by_id, self.ended_at = by_id, now

    @transition(state, source=OfferState.OFFERED, target=OfferState.DECLINED)
    def decline(self, *, reason: str, now: datetime) -> None:
        """The other side does not sign."""
        self.end_reason, self.ended_at = reason, now

    @transition(state, source=OfferState.OFFERED, target=OfferState.WITHDRAWN)
    def withdraw(self, *, now: datetime) -> None:
        """Whoever offered it takes it back."""
        self.ended_at = now


class WarrantyClaim(FSMModelMixin, models.Model):
    """What failed under the warranty, what did the provider answer, and was the buyer compensated? (§11(3)2, §11(3)3)

    A compensation is agreed by both or decided by an operator; it comes out of what the provider is owed, then out of
    its deposit, and stands apart from refunds.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="claims", verbose_name=_("order"))
    wish = models.CharField(_("asked for"), max_length=12, choices=WISHES)
    statement = models.TextField(_("what happened"))
    amount_asked = MoneyField(_("compensation asked for"), null=True, blank=True)
    in_guarantee = models.BooleanField(_("during the guarantee"), default=False)
    state = FSMField(_("state"), default=ClaimState.FILED, choices=CLAIMS, protected=True, max_length=12)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("filed by")
    )
    filed_at = models.DateTimeField(_("filed"))
    answer_due_at = models.DateTimeField(_("answer due"))
    answer = models.TextField(_("answer"), blank=True)
    amount_offered = MoneyField(_("compensation offered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("with the platform since"), null=True, blank=True)
    amount = MoneyField(_("compensation"), default=Decimal("0.00"))
    outcome = models.TextField(_("outcome"), blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("warranty claim")
        verbose_name_plural = _("warranty claims")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["answer_due_at"], name="claim_answer_due", condition=Q(state="filed")),
            models.Index(fields=["escalated_at"], name="claim_queue", condition=Q(state="escalated")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], name="claim_one_open", condition=Q(state__in=sorted(OPEN_CLAIMS))
            ),
            models.CheckConstraint(
                name="claim_state_known", condition=Q(state__in=[str(state) for state, _name in CLAIMS])
            ),
            models.CheckConstraint(name="claim_due_after", condition=Q(answer_due_at__gt=F("filed_at"))),
            models.CheckConstraint(
                name="claim_compensated_whole",
                condition=Q(state="compensated", amount__gt=0, settled_at__isnull=False)
                | (~Q(state="compensated") & Q(amount=0)),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="claim_states",
                field="state",
                transitions=[
                    ("filed", "answered"),
                    ("filed", "escalated"),
                    ("filed", "withdrawn"),
                    ("answered", "escalated"),
                    ("answered", "resolved"),
                    ("answered", "compensated"),
                    ("answered", "withdrawn"),
                    ("escalated", "resolved"),
                    ("escalated", "compensated"),
                    ("escalated", "refused"),
                    ("escalated", "withdrawn"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="claim_stands",
                fields=["number", "order", "wish", "statement", "amount_asked", "filed_by", "filed_at"],
            ),
            pgtrigger.Protect(name="claim_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """As decisions and the audit trail name it."""
        return f"claim:{self.number}"

    @property
    def place(self) -> str:
        """Under which the buyer's files are kept."""
        return f"claim:{self.pk}"

    @property
    def answer_place(self) -> str:
        """Under which the provider's files are kept."""
        return f"answer:{self.pk}"

    @transition(state, source=ClaimState.FILED, target=ClaimState.ANSWERED, custom={"clause": "11(3)2"})
    def respond(self, *, answer: str, amount: Decimal | None, by_id: int | None, now: datetime) -> None:
        """The provider says what it does, and what it pays."""
        self.answer, self.amount_offered, self.answered_by_id, self.answered_at = answer, amount, by_id, now

    @transition(state, source=[ClaimState.FILED, ClaimState.ANSWERED], target=ClaimState.ESCALATED)
    def escalate(self, *, now: datetime) -> None:
        """The platform is to decide: somebody asked, or nobody answered."""
        self.escalated_at = now

    @transition(state, source=[ClaimState.ANSWERED, ClaimState.ESCALATED], target=ClaimState.RESOLVED)
    def resolve(self, *, outcome: str, by_id: int | None, now: datetime) -> None:
        """What was promised was done."""
        self.outcome, self.settled_by_id, self.settled_at = outcome, by_id, now

    @transition(
        state,
        source=[ClaimState.ANSWERED, ClaimState.ESCALATED],
        target=ClaimState.COMPENSATED,
        custom={"clause": "11(3)3"},
    )
    def compensate(self, *, amount: Decimal, outcome: str, by_id: int | None, now: datetime) -> None:
        """The buyer gets money for it."""
        self.amount, self.outcome, self.settled_by_id, self.settled_at = amount, outcome, by_id, now

    @transition(state, source=ClaimState.ESCALATED, target=ClaimState.REFUSED)
    def refuse(self, *, outcome: str, by_id: int | None, now: datetime) -> None:
        """The warranty does not cover it."""
        self.outcome, self.settled_by_id, self.settled_at = outcome, by_id, now

    @transition(
        state,
        source=[ClaimState.FILED, ClaimState.ANSWERED, ClaimState.ESCALATED],
        target=ClaimState.WITHDRAWN,
    )
    def withdraw(self, *, now: datetime) -> None:
        """The buyer takes it back."""
        self.settled_at = now
