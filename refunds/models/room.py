"""The room in which a refund is negotiated, and where its money came from (§17(1), §17(5))."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from refunds.models.request import SIDES, RefundRequest
from refunds.types import OfferState, Source

OFFERS = [
    (OfferState.OFFERED, _("Waiting for the other side")),
    (OfferState.AGREED, _("Signed by both")),
    (OfferState.DECLINED, _("Declined")),
    (OfferState.WITHDRAWN, _("Withdrawn")),
    (OfferState.LAPSED, _("No longer open")),
]
SOURCES = [
    (Source.ESCROW, _("Escrow")),
    (Source.PAYABLE, _("What the provider is owed")),
    (Source.DEPOSIT, _("Deposit")),
    (Source.PLATFORM, _("Advanced by the platform")),
]


class RefundOffer(FSMModelMixin, models.Model):
    """For how much would one side settle, and did the other sign? (§17(1), §11(2)3)

    Binding when both have signed; never imposed. A new offer takes the place of the one before.
    """

    refund = models.ForeignKey(RefundRequest, on_delete=models.PROTECT, related_name="offers", verbose_name=_("refund"))
    amount = MoneyField(_("amount"))
    statement = models.TextField(_("why"), blank=True)
    side = models.CharField(_("offered by"), max_length=8, choices=SIDES)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("offered by")
    )
    offered_at = models.DateTimeField(_("offered"))
    state = FSMField(_("state"), default=OfferState.OFFERED, choices=OFFERS, protected=True, max_length=10)
    buyer_signed_at = models.DateTimeField(_("signed by the buyer"), null=True, blank=True)
    provider_signed_at = models.DateTimeField(_("signed by the provider"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund offer")
        verbose_name_plural = _("refund offers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["refund"], name="refund_offer_one_open", condition=Q(state="offered")),
            models.CheckConstraint(name="refund_offer_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="refund_offer_both_signed",
                condition=~Q(state="agreed") | Q(buyer_signed_at__isnull=False, provider_signed_at__isnull=False),
            ),
            models.CheckConstraint(name="refund_offer_two_sides", condition=Q(side__in=["buyer", "provider"])),
        ]
        triggers = [
            pgtrigger.FSM(
                name="refund_offer_states",
                field="state",
                transitions=[
                    ("offered", "agreed"),
                    ("offered", "declined"),
                    ("offered", "withdrawn"),
                    ("offered", "lapsed"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="refund_offer_stands", fields=["refund", "amount", "statement", "side", "offered_by", "offered_at"]
            ),
            pgtrigger.Protect(name="refund_offer_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id} {self.amount}"

    @transition(state, source=OfferState.OFFERED, target=OfferState.AGREED, custom={"clause": "11(2)3"})
    def sign(self, *, by_id: int | None, now: datetime) -> None:
        """The other side has signed too."""
        self.buyer_signed_at = self.buyer_signed_at or now
        self.provider_signed_at = self.provider_signed_at or now
        self.answered_by_id, self.ended_at = by_id, now

    @transition(state, source=OfferState.OFFERED, target=OfferState.DECLINED)
    def decline(self, *, by_id: int | None, now: datetime) -> None:
        """The other side does not sign."""
        self.answered_by_id, self.ended_at = by_id, now

    @transition(state, source=OfferState.OFFERED, target=OfferState.WITHDRAWN)
    def withdraw(self, *, now: datetime) -> None:
        """Taken back, or replaced by another."""
        self.ended_at = now

    @transition(state, source=OfferState.OFFERED, target=OfferState.LAPSED)
    def lapse(self, *, now: datetime) -> None:
        """The refund was settled otherwise."""
        self.ended_at = now


class RefundMessage(models.Model):
    """What did somebody say in the room? Never changed (§16(1))."""

    refund = models.ForeignKey(
        RefundRequest, on_delete=models.PROTECT, related_name="messages", verbose_name=_("refund")
    )
    side = models.CharField(_("side"), max_length=8, choices=SIDES)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("text"))
    said_at = models.DateTimeField(_("said"))

    class Meta:
        verbose_name = _("message of a refund")
        verbose_name_plural = _("messages of refunds")
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="refund_message_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.refund_id} {self.side}"


def refund_file_path(found: "RefundFile", filename: str) -> str:
    """Where a file is kept: by refund, under its digest."""
    return f"refunds/{found.refund_id}/{found.sha256[:24]}/{filename}"


class RefundFile(models.Model):
    """Which evidence was handed in, by whom, with which message? Without one it came with the request."""

    refund = models.ForeignKey(RefundRequest, on_delete=models.PROTECT, related_name="files", verbose_name=_("refund"))
    message = models.ForeignKey(
        RefundMessage,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="files",
        verbose_name=pgettext_lazy("refunds", "message"),
    )
    side = models.CharField(_("side"), max_length=8, choices=SIDES)
    file = models.FileField(_("file"), upload_to=refund_file_path, max_length=255)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="refund_file_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


class RefundFunding(models.Model):
    """From where did the money of a refund come, and how much? (§17(5), §9(6)2)"""

    refund = models.ForeignKey(
        RefundRequest, on_delete=models.PROTECT, related_name="fundings", verbose_name=_("refund")
    )
    source = models.CharField(_("taken from"), max_length=8, choices=SOURCES)
    amount = MoneyField(_("amount"))
    taken_at = models.DateTimeField(_("taken"))

    class Meta:
        verbose_name = _("funding of a refund")
        verbose_name_plural = _("fundings of refunds")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "source"], name="refund_funding_once"),
            models.CheckConstraint(name="refund_funding_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="refund_funding_source_known",
                condition=Q(source__in=["escrow", "payable", "deposit", "platform"]),
            ),
        ]
        triggers = [pgtrigger.Protect(name="refund_funding_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.refund_id} {self.source} {self.amount}"
