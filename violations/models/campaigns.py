"""Promotions that providers send to those who bought from them, only with the platform's consent (§18(9))."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from violations.types import CampaignState


class Campaign(FSMModelMixin, models.Model):
    """What does a provider want to tell its buyers, did the platform consent, and how many were told?

    Sent in the act that approves it, to whoever has not opted out. Written by `violations.services.campaigns`.
    """

    number = models.CharField(_("number"), max_length=16, unique=True)
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("provider")
    )
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("product")
    )
    title_zh = models.CharField(_("title in Chinese"), max_length=60)
    title_en = models.CharField(_("title in English"), max_length=120)
    text_zh = models.TextField(_("text in Chinese"), max_length=500)
    text_en = models.TextField(_("text in English"), max_length=1000)
    submitted_at = models.DateTimeField(_("handed in"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
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
    recipients = models.PositiveIntegerField(_("people told"), default=0)
    state = FSMField(
        _("state"),
        default=CampaignState.SUBMITTED,
        choices=[
            (CampaignState.SUBMITTED, _("waiting for consent")),
            (CampaignState.SENT, _("sent")),
            (CampaignState.REFUSED, pgettext_lazy("violations", "refused")),
            (CampaignState.WITHDRAWN, _("withdrawn")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        indexes = [
            models.Index(fields=["submitted_at", "id"], name="campaign_queue", condition=Q(state="submitted")),
            models.Index(fields=["provider", "-judged_at"], name="campaign_sent", condition=Q(state="sent")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider"], name="campaign_one_open", condition=Q(state="submitted")),
            models.CheckConstraint(
                name="campaign_sent_with_consent",
                condition=~Q(state__in=["sent", "refused"])
                | Q(judged_at__gte=F("submitted_at"), judged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="campaign_refused_with_reason", condition=~Q(state="refused") | Q(reason__gt="")
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="campaign_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="campaign_states",
                field="state",
                transitions=[("submitted", "sent"), ("submitted", "refused"), ("submitted", "withdrawn")],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """As the audit trail names it."""
        return f"campaign:{self.number}"

    @transition(field=state, source=CampaignState.SUBMITTED, target=CampaignState.SENT)
    def send(self, *, operator_id: int, recipients: int, now: datetime) -> None:
        self.judged_by_id, self.judged_at, self.recipients = operator_id, now, recipients

    @transition(field=state, source=CampaignState.SUBMITTED, target=CampaignState.REFUSED)
    def refuse(self, *, operator_id: int, reason: str, now: datetime) -> None:
        self.judged_by_id, self.judged_at, self.reason = operator_id, now, reason

    @transition(field=state, source=CampaignState.SUBMITTED, target=CampaignState.WITHDRAWN)
    def withdraw(self, *, now: datetime) -> None:
        self.judged_at = now
