"""What providers are owed, what is taken from it, and the statements by which it is paid."""

from datetime import datetime
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from settlements.types import HoldReason, ItemKind, StatementState

ITEM_KINDS = [
    (ItemKind.SALE, _("Sale")),
    (ItemKind.FEE, _("Service fee")),
    (ItemKind.RECOVERY, _("Recovery of a refund")),
    (ItemKind.TOPUP, _("Deposit top-up")),
    (ItemKind.DEDUCTION, _("Deduction")),
]
STATEMENT_STATES = [
    (StatementState.DRAFT, _("Draft")),
    (StatementState.ISSUED, _("Waiting for the provider")),
    (StatementState.DISPUTED, _("Disputed")),
    (StatementState.CONFIRMED, _("Waiting for operations")),
    (StatementState.APPROVED_OPERATIONS, _("Waiting for finance")),
    (StatementState.APPROVED_FINANCE, _("Approved")),
    (StatementState.PAYING, _("Being paid")),
    (StatementState.PAID, _("Paid")),
    (StatementState.RETURNED, _("Returned")),
]
AMOUNTS = ["sales", "fee", "recovered", "topped_up", "deducted", "from_deposit", "payout", "carried"]


class FeeEntry(models.Model):
    """Which sales count towards a provider's service fee of a natural year, and what fee was fixed with each?

    Appended with an order's payment (and with a negative base when it is refunded in its guarantee), never on a row that the
    provider's orders share; `folded` rows are already in FeeYear.
    """

    provider = models.ForeignKey(
        "providers.Provider", on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    key = models.CharField(max_length=60, unique=True)
    order = models.CharField(max_length=20, db_index=True)
    product_class = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    base = MoneyField()
    fee = MoneyField()
    at = models.DateTimeField()
    folded = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("service fee entry")
        verbose_name_plural = _("service fee entries")
        indexes = [
            models.Index(fields=["provider", "year"], name="fee_unfolded", condition=Q(folded=False), include=["base"])
        ]
        constraints = [
            models.CheckConstraint(
                name="fee_no_more_than_base", condition=Q(base__gte=F("fee"), fee__gte=0) | Q(base__lte=F("fee"), fee__lte=0)
            )
        ]
        triggers = [
            pgtrigger.Protect(name="fee_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="fee_fixed", exclude=["folded"]),
        ]

    def __str__(self) -> str:
        return self.key


class FeeYear(models.Model):
    """How much has a provider sold in a natural year, as far as its entries are folded?"""

    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    base = MoneyField(default=Decimal("0.00"))

    class Meta:
        verbose_name = _("sales of a year")
        verbose_name_plural = _("sales of a year")
        constraints = [models.UniqueConstraint(fields=["provider", "year"], name="fee_year_once")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.year}"


class SettlementItem(models.Model):
    """What is a provider owed or does it owe, for which order, and how much of it is in a statement? (11(1)1, 17(5))

    `amount` is positive, `kind` says which way it goes. `settled` is what statements in force contain of it; `moved` what the books
    have already moved out of what the provider is owed. A debt with a `counter_account` is posted there as far as a statement covers
    it; without one the money was moved when the item was made.
    """

    provider = models.ForeignKey(
        "providers.Provider", verbose_name=_("provider"), on_delete=models.PROTECT, related_name="settlement_items"
    )
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=ITEM_KINDS)
    amount = MoneyField(_("amount"))
    reference = models.CharField(_("reference"), max_length=60)
    note = models.CharField(_("note"), max_length=300, blank=True)
    counter_account = models.CharField(max_length=120, blank=True)
    settled = MoneyField(default=Decimal("0.00"))
    moved = MoneyField(default=Decimal("0.00"))
    cycles = models.PositiveSmallIntegerField(_("carried forward"), default=0)
    eligible_at = models.DateTimeField(_("out of guarantee"))
    created_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("settlement item")
        verbose_name_plural = _("settlement items")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["provider", "eligible_at"], name="item_open", condition=Q(settled__lt=F("amount"))),
            models.Index(fields=["eligible_at", "provider"], name="item_open_due", condition=Q(settled__lt=F("amount"))),
            models.Index(fields=["reference"], name="item_reference"),
            models.Index(fields=["provider", "-id"], name="item_of_provider"),
        ]
        constraints = [
            models.CheckConstraint(name="item_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="item_settled_within", condition=Q(settled__gte=0, settled__lte=F("amount"))
            ),
            models.CheckConstraint(name="item_moved_within", condition=Q(moved__gte=0, moved__lte=F("amount"))),
            models.CheckConstraint(
                name="item_kind_known", condition=Q(kind__in=["sale", "fee", "recovery", "topup", "deduction"])
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="item_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="item_fixed", exclude=["settled", "moved", "cycles"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class SettlementHold(models.Model):
    """Why is what a reference earned kept out of statements for now? (11(1)2, 13(2))

    Placed and lifted by the apps above: an open refund or complaint, an invoice that is owed. It may stand before the item does.
    """

    reference = models.CharField(_("reference"), max_length=60)
    reason = models.CharField(
        _("reason"),
        max_length=12,
        choices=[
            (HoldReason.REFUND, _("A refund is open")),
            (HoldReason.COMPLAINT, _("A complaint is open")),
            (HoldReason.INVOICE, _("An invoice is owed")),
            (HoldReason.CASE, _("A case is open")),
        ],
    )
    cause = models.CharField(_("because of"), max_length=60, blank=True)
    placed_at = models.DateTimeField(_("placed"))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("settlement hold")
        verbose_name_plural = _("settlement holds")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "reason", "cause"], name="hold_once", condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                name="hold_reason_known", condition=Q(reason__in=["refund", "complaint", "invoice", "case"])
            ),
        ]
        triggers = [pgtrigger.Protect(name="settlement_hold_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reference} {self.reason}"


class Statement(FSMModelMixin, models.Model):
    """What is a provider paid for a cycle, how was it worked out, and who agreed to it?

    Sales − service fee − recoveries − deposit top-up − deductions = payout. Confirmed by the provider, or by itself after five working
    days; approved by operations and then by finance, by two different operators. Its amounts are fixed when it is issued.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    provider = models.ForeignKey(
        "providers.Provider", verbose_name=_("provider"), on_delete=models.PROTECT, related_name="statements"
    )
    cycle_on = models.DateField(_("cycle"))
    turn = models.PositiveSmallIntegerField(default=1)
    state = FSMField(
        _("state"), default=StatementState.DRAFT, choices=STATEMENT_STATES, protected=True, max_length=20
    )
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
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "accounts.User", verbose_name=_("confirmed by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    operations_at = models.DateTimeField(_("approved by operations"), null=True, blank=True)
    operations_by = models.ForeignKey(
        "accounts.User", verbose_name=_("operations"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finance_at = models.DateTimeField(_("approved by finance"), null=True, blank=True)
    finance_by = models.ForeignKey(
        "accounts.User", verbose_name=_("finance"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
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
                    sales__gte=0, fee__gte=0, recovered__gte=0, topped_up__gte=0, deducted__gte=0,
                    from_deposit__gte=0, payout__gte=0, carried__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="statement_two_operators",
                condition=Q(finance_by__isnull=True) | Q(operations_by__isnull=True) | ~Q(finance_by=F("operations_by")),
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
                condition=pgtrigger.Q(old__state__df="draft")
                & pgtrigger.AnyChange("number", "provider", "cycle_on", "turn", *AMOUNTS),
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
