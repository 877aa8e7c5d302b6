"""The statements by which providers are paid."""

from datetime import datetime
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from settlements.models.items import ITEM_KINDS
from settlements.types import StatementState

STATEMENT_STATES = [
    (StatementState.DRAFT, _("Draft")),
    (StatementState.ISSUED, _("Waiting for the provider")),
    (StatementState.DISPUTED, _("Disputed")),
    (StatementState.CONFIRMED, _("Waiting for operations")),
    (StatementState.APPROVED_OPERATIONS, _("Waiting for finance")),
    (StatementState.APPROVED_FINANCE, _("Approved")),
    (StatementState.PAYING, _("Being paid")),
    (StatementState.PAID, pgettext_lazy("settlements", "Paid")),
    (StatementState.RETURNED, _("Returned")),
]
AMOUNTS = ["sales", "fee", "recovered", "topped_up", "deducted", "from_deposit", "payout", "carried"]

STATEMENT_CHANGED = "OLD.state <> 'draft' AND (%s)" % " OR ".join(  # noqa: UP031
    f'OLD."{column}" IS DISTINCT FROM NEW."{column}"'
    for column in ("number", "provider_id", "cycle_on", "turn", *AMOUNTS)
)


class Statement(FSMModelMixin, models.Model):
    """What is a provider paid for a cycle, how was it worked out, and who agreed to it?

    Sales − service fee − recoveries − deposit top-up − deductions = payout. Confirmed by the provider, or by itself
    after five working days; approved by operations and then by finance, by two different operators. Its amounts are
    fixed when it is issued.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    provider = models.ForeignKey(
        "providers.Provider", verbose_name=_("provider"), on_delete=models.PROTECT, related_name="statements"
    )
    cycle_on = models.DateField(_("cycle"))
    turn = models.PositiveSmallIntegerField(default=1)
    state = FSMField(_("state"), default=StatementState.DRAFT, choices=STATEMENT_STATES, protected=True, max_length=20)
    sales = MoneyField(_("sales"), default=Decimal("0.00"))
    fee = MoneyField(_("service fee"), default=Decimal("0.00"))
    recovered = MoneyField(_("recoveries from refunds"), default=Decimal("0.00"))
    topped_up = MoneyField(_("deposit top-up"), default=Decimal("0.00"))
    deducted = MoneyField(_("deductions"), default=Decimal("0.00"))
    from_deposit = MoneyField(_("taken from the deposit"), default=Decimal("0.00"))
    payout = MoneyField(_("payout"), default=Decimal("0.00"))
    carried = MoneyField(_("carried forward"), default=Decimal("0.00"))
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    confirm_due_at = models.DateTimeField(_("confirms itself at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(pgettext_lazy("when", "confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "accounts.User",
        verbose_name=_("confirmed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    operations_at = models.DateTimeField(_("approved by operations"), null=True, blank=True)
    operations_by = models.ForeignKey(
        "accounts.User", verbose_name=_("operations"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finance_at = models.DateTimeField(_("approved by finance"), null=True, blank=True)
    finance_by = models.ForeignKey(
        "accounts.User", verbose_name=_("finance"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    payouts = models.PositiveSmallIntegerField(_("times sent"), default=0)
    payout_number = models.CharField(_("payout number"), max_length=20, blank=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    disputed_at = models.DateTimeField(_("disputed"), null=True, blank=True)
    dispute = models.TextField(_("what the provider disputes"), blank=True)
    answer = models.TextField(_("answer"), blank=True)
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)

    class Meta:
        verbose_name = _("settlement statement")
        verbose_name_plural = _("settlement statements")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["provider", "-cycle_on", "-id"], name="statement_of_provider"),
            models.Index(fields=["confirm_due_at", "id"], name="statement_confirm_due", condition=Q(state="issued")),
            models.Index(
                fields=["confirmed_at", "id"],
                name="statement_queue",
                condition=Q(state__in=["confirmed", "approved_operations", "disputed"]),
            ),
            models.Index(
                fields=["provider"],
                name="statement_in_flight",
                condition=~Q(state__in=["paid", "returned"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "cycle_on", "turn"], name="statement_cycle_turn"),
            models.UniqueConstraint(
                fields=["provider", "cycle_on"], name="statement_cycle_once", condition=~Q(state="returned")
            ),
            models.CheckConstraint(
                name="statement_state_known", condition=Q(state__in=[str(state) for state, _name in STATEMENT_STATES])
            ),
            models.CheckConstraint(
                name="statement_adds_up",
                condition=Q(payout=F("sales") - F("fee") - F("recovered") - F("topped_up") - F("deducted")),
            ),
            models.CheckConstraint(
                name="statement_not_negative",
                condition=Q(
                    sales__gte=0,
                    fee__gte=0,
                    recovered__gte=0,
                    topped_up__gte=0,
                    deducted__gte=0,
                    from_deposit__gte=0,
                    payout__gte=0,
                    carried__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="statement_two_operators",
                condition=Q(finance_by__isnull=True)
                | Q(operations_by__isnull=True)
                | ~Q(finance_by=F("operations_by")),
            ),
            models.CheckConstraint(
                name="statement_paid_was_approved",
                condition=~Q(state__in=["approved_finance", "paying", "paid"])
                | Q(operations_by__isnull=False, finance_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="statement_states",
                field="state",
                transitions=[
                    ("draft", "issued"),
                    ("issued", "confirmed"),
                    ("issued", "disputed"),
                    ("disputed", "issued"),
                    ("disputed", "returned"),
                    ("confirmed", "approved_operations"),
                    ("confirmed", "returned"),
                    ("approved_operations", "approved_finance"),
                    ("approved_operations", "returned"),
                    ("approved_finance", "paying"),
                    ("approved_finance", "paid"),
                    ("paying", "paid"),
                    ("paying", "approved_finance"),
                ],
            ),
            pgtrigger.Protect(
                name="statement_amounts_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(STATEMENT_CHANGED),
            ),
            pgtrigger.Protect(name="statement_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reference(self) -> str:
        """The subject under which decisions and the audit trail know it."""
        return f"statement:{self.number}"

    @transition(field=state, source=StatementState.DRAFT, target=StatementState.ISSUED)
    def issue(self, *, confirm_due_at: datetime, now: datetime) -> None:
        """Worked out and shown to the provider."""
        self.issued_at, self.confirm_due_at = now, confirm_due_at

    @transition(field=state, source=StatementState.ISSUED, target=StatementState.CONFIRMED)
    def confirm(self, *, by_id: int | None, now: datetime) -> None:
        """Agreed to by the provider, or by itself when its days have passed (`by_id` None)."""
        self.confirmed_at, self.confirmed_by_id = now, by_id

    @transition(field=state, source=StatementState.ISSUED, target=StatementState.DISPUTED)
    def contest(self, *, text: str, now: datetime) -> None:
        """The provider says what is wrong."""
        self.disputed_at, self.dispute, self.answer = now, text, ""

    @transition(field=state, source=StatementState.DISPUTED, target=StatementState.ISSUED)
    def uphold(self, *, answer: str, confirm_due_at: datetime) -> None:
        """An operator explains it; the provider's days start over."""
        self.answer, self.confirm_due_at = answer, confirm_due_at

    @transition(
        field=state,
        source=[StatementState.DISPUTED, StatementState.CONFIRMED, StatementState.APPROVED_OPERATIONS],
        target=StatementState.RETURNED,
    )
    def give_back(self, *, answer: str, now: datetime) -> None:
        """Withdrawn; what it held goes into a new one."""
        self.answer, self.returned_at = answer, now

    @transition(field=state, source=StatementState.CONFIRMED, target=StatementState.APPROVED_OPERATIONS)
    def approve_operations(self, *, by_id: int, now: datetime) -> None:
        """Marketplace operations agrees."""
        self.operations_at, self.operations_by_id = now, by_id

    @transition(field=state, source=StatementState.APPROVED_OPERATIONS, target=StatementState.APPROVED_FINANCE)
    def approve_finance(self, *, by_id: int, now: datetime) -> None:
        """Finance agrees."""
        self.finance_at, self.finance_by_id = now, by_id

    @transition(field=state, source=StatementState.APPROVED_FINANCE, target=StatementState.PAYING)
    def pay(self, *, payout_number: str) -> None:
        """The payout is on its way."""
        self.payout_number = payout_number
        self.payouts += 1

    @transition(field=state, source=StatementState.PAYING, target=StatementState.APPROVED_FINANCE)
    def pay_again(self) -> None:
        """The payout came back; it is to be sent once more."""
        self.payout_number = ""

    @transition(
        field=state, source=[StatementState.PAYING, StatementState.APPROVED_FINANCE], target=StatementState.PAID
    )
    def complete(self, *, now: datetime) -> None:
        """The money has arrived, or there was none to send."""
        self.paid_at = now


class CycleVisit(models.Model):
    """Which providers has a settlement day been through, and what came of it?

    One row a provider and cycle, also where there was nothing to settle, so that a day is gone through once.
    """

    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+")
    cycle_on = models.DateField()
    visited_at = models.DateTimeField()
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("settlement day of a provider")
        verbose_name_plural = _("settlement days of providers")
        constraints = [models.UniqueConstraint(fields=["provider", "cycle_on"], name="cycle_visit_once")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.cycle_on}"


class StatementLine(models.Model):
    """How much of which item is in a statement? Stays with a returned one, as what was once put forward."""

    statement = models.ForeignKey("settlements.Statement", on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey("settlements.SettlementItem", on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(_("kind"), max_length=10, choices=ITEM_KINDS)
    amount = MoneyField(_("amount"))
    source = models.CharField(
        _("paid from"),
        max_length=10,
        default="settlement",
        choices=[("settlement", _("Settlement")), ("deposit", _("Deposit"))],
    )

    class Meta:
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "item", "source"], name="line_item_once"),
            models.CheckConstraint(name="line_amount_positive", condition=Q(amount__gt=0)),
        ]
        triggers = [pgtrigger.Protect(name="line_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.kind} {self.amount}"
