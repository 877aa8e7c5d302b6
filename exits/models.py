"""Exits: how a provider leaves, and what becomes of each of its orders (§22 to §26)."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from exits.types import Choice, ExitState, OrderOutcome
from providers.types import ExitKind

OPEN = ["preparing", "proposed", "executing", "left"]


class Exit(FSMModelMixin, models.Model):
    """How does this provider leave, on whose decision, and what is still to be settled?

    One open exit a provider. Who confirms a clearance is never who proposed it. Written by `exits.services`.
    """

    number = models.CharField(_("number"), max_length=16, unique=True)
    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="exits", verbose_name=_("provider")
    )
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=[
            (ExitKind.VOLUNTARY, _("voluntary exit")),
            (ExitKind.TERMINATED, _("end of the agreement")),
            (ExitKind.CLEARED_OUT, _("clearance")),
        ],
    )
    grounds = ArrayField(models.CharField(max_length=8), default=list, verbose_name=_("grounds"))
    reason = models.TextField(_("reason"))
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    decision = models.ForeignKey(
        "regulation.DecisionRecord",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decision"),
    )
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("exits", "opened by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decision_reason = models.TextField(_("reason of the decision"), blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    deposit_due_at = models.DateTimeField(_("deposit to be returned by"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    state = FSMField(
        _("state"),
        default=ExitState.PREPARING,
        choices=[
            (ExitState.PREPARING, _("being prepared")),
            (ExitState.PROPOSED, _("waiting for a second operator")),
            (ExitState.EXECUTING, _("orders being settled")),
            (ExitState.LEFT, _("left, deposit still held")),
            (ExitState.SETTLED, pgettext_lazy("exits", "settled")),
            (ExitState.DECLINED, pgettext_lazy("exits", "declined")),
            (ExitState.WITHDRAWN, _("withdrawn")),
            (ExitState.OVERTURNED, pgettext_lazy("exits", "overturned on appeal")),
        ],
        protected=True,
    )

    class Meta:
        verbose_name = _("exit")
        verbose_name_plural = _("exits")
        indexes = [
            models.Index(fields=["state", "opened_at", "id"], name="exit_queue"),
            models.Index(fields=["deposit_due_at", "id"], name="exit_deposit_due", condition=Q(state="left")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider"], condition=Q(state__in=OPEN), name="exit_open_once"),
            models.CheckConstraint(
                name="exit_confirmed_by_another",
                condition=Q(decided_by__isnull=True) | Q(opened_by__isnull=True) | ~Q(decided_by=F("opened_by")),
            ),
            models.CheckConstraint(
                name="exit_clearance_confirmed",
                condition=~Q(kind="cleared_out", state__in=["executing", "left", "settled"])
                | Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="exit_left_has_instant", condition=~Q(state__in=["left", "settled"]) | Q(left_at__isnull=False)
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="exit_kept", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="exit_states",
                field="state",
                transitions=[
                    ("preparing", "left"),
                    ("preparing", "withdrawn"),
                    ("proposed", "executing"),
                    ("proposed", "declined"),
                    ("proposed", "withdrawn"),
                    ("executing", "left"),
                    ("left", "settled"),
                    ("executing", "overturned"),
                    ("settled", "overturned"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=ExitState.PROPOSED, target=ExitState.EXECUTING)
    def confirm(self, *, operator_id: int, reason: str, now: datetime) -> None:
        self._decide(operator_id, reason, now)

    @transition(field=state, source=ExitState.PROPOSED, target=ExitState.DECLINED)
    def decline(self, *, operator_id: int, reason: str, now: datetime) -> None:
        self._decide(operator_id, reason, now)

    @transition(field=state, source=[ExitState.PREPARING, ExitState.PROPOSED], target=ExitState.WITHDRAWN)
    def withdraw(self, *, reason: str, now: datetime) -> None:
        self.decision_reason = reason
        self.decided_at = now

    @transition(field=state, source=[ExitState.EXECUTING, ExitState.SETTLED], target=ExitState.OVERTURNED)
    def overturn(self) -> None:
        """An appeal took away what the clearance rests on; who confirmed it and why stays on record."""

    @transition(field=state, source=[ExitState.PREPARING, ExitState.EXECUTING], target=ExitState.LEFT)
    def leave(self, *, now: datetime) -> None:
        self.left_at = now

    @transition(field=state, source=ExitState.LEFT, target=ExitState.SETTLED)
    def settle(self, *, now: datetime) -> None:
        self.settled_at = now

    def _decide(self, operator_id: int, reason: str, now: datetime) -> None:
        self.decided_by_id = operator_id
        self.decision_reason = reason
        self.decided_at = now


class ExitOrder(models.Model):
    """What becomes of one order of a leaving provider (§26). Made when the exit begins, settled one by one."""

    exit = models.ForeignKey(Exit, on_delete=models.PROTECT, related_name="orders", verbose_name=_("exit"))
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="exit_orders", verbose_name=_("order")
    )
    begun_at = models.DateTimeField(pgettext_lazy("exits", "begun"))
    choice = models.CharField(
        _("choice"),
        max_length=8,
        blank=True,
        choices=[
            (Choice.REFUND, _("the unused part back")),
            (Choice.KEEP, _("use to the end of the term")),
        ],
    )
    choice_due_at = models.DateTimeField(_("choice due"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"),
        max_length=12,
        default=OrderOutcome.WAITING,
        choices=[
            (OrderOutcome.WAITING, _("waiting")),
            (OrderOutcome.REFUNDED, _("refunded")),
            (OrderOutcome.AFTER_SALES, _("after-sales by the provider")),
        ],
    )
    amount = MoneyField(_("amount"), default=0)
    decision = models.ForeignKey(
        "regulation.DecisionRecord", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("order of an exit")
        verbose_name_plural = _("orders of exits")
        constraints = [
            models.UniqueConstraint(fields=["exit", "order"], name="exit_order_once"),
            models.CheckConstraint(name="exit_order_amount", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="exit_order_settled", condition=Q(outcome="waiting") | Q(settled_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["id"], name="exit_order_waiting", condition=Q(outcome="waiting"))]
        triggers = [pgtrigger.Protect(name="exit_order_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.exit_id} {self.order_id}"
