"""Reports about messages: led out of the market, or abused (§14, §18(7))."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from violations.types import ReportKind, ReportState

REPORT_KINDS = [
    (ReportKind.PAYMENT, _("asks to pay outside the market")),
    (ReportKind.CONTACT, _("leads to another channel")),
    (ReportKind.LINK, _("links to another site")),
    (ReportKind.CLOUD, _("steers to another cloud")),
    (ReportKind.ABUSE, _("insult, intimidation or threat")),
    (ReportKind.OTHER, _("something else")),
]


class MessageReport(FSMModelMixin, models.Model):
    """Which message of a provider looks wrong, who says so, and what did an operator find?

    Without a reporter the market's own look at the message raised it. One report a message and reporter. Written by
    `violations.services.reports`.
    """

    message = models.ForeignKey(
        "support.ChatMessage", on_delete=models.PROTECT, related_name="reports", verbose_name=_("message")
    )
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="message_reports", verbose_name=_("provider")
    )
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="message_reports", verbose_name=_("order")
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="message_reports",
        verbose_name=pgettext_lazy("violations", "reported by"),
    )
    kind = models.CharField(_("what it is about"), max_length=10, choices=REPORT_KINDS)
    note = models.TextField(_("what the reporter says"), blank=True)
    filed_at = models.DateTimeField(_("filed at"))
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
        related_name="message_reports",
        verbose_name=_("case"),
    )
    state = FSMField(
        _("state"),
        default=ReportState.OPEN,
        choices=[
            (ReportState.OPEN, _("waiting for an operator")),
            (ReportState.UPHELD, _("upheld")),
            (ReportState.DISMISSED, _("dismissed")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("report of a message")
        verbose_name_plural = _("reports of messages")
        indexes = [models.Index(fields=["state", "filed_at", "id"], name="message_report_queue")]
        constraints = [
            models.UniqueConstraint(fields=["message", "reporter"], name="message_report_once", nulls_distinct=False),
            models.CheckConstraint(
                name="message_report_judged_by_somebody",
                condition=Q(state="open") | Q(judged_at__gte=F("filed_at"), judged_by__isnull=False, reason__gt=""),
            ),
            models.CheckConstraint(
                name="message_report_upheld_has_case", condition=~Q(state="upheld") | Q(case__isnull=False)
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="message_report_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="message_report_states",
                field="state",
                transitions=[("open", "upheld"), ("open", "dismissed")],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.get_kind_display()}"

    @transition(field=state, source=ReportState.OPEN, target=ReportState.UPHELD)
    def uphold(self, *, case_id: int, operator_id: int, reason: str, now: datetime) -> None:
        self.case_id = case_id
        self._judge(operator_id, reason, now)

    @transition(field=state, source=ReportState.OPEN, target=ReportState.DISMISSED)
    def dismiss(self, *, operator_id: int, reason: str, now: datetime) -> None:
        self._judge(operator_id, reason, now)

    def _judge(self, operator_id: int, reason: str, now: datetime) -> None:
        self.judged_by_id, self.reason, self.judged_at = operator_id, reason, now
