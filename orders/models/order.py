"""The order: what was bought, on which terms, and where it stands."""

from datetime import datetime
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalog.types import Billing, ProductClass
from core.fsm import FSMField, FSMModelMixin, transition
from core.money import MoneyField
from orders.types import CancelReason, OrderState
from providers.triggers import ReadOnlyWhen

STATES = [
    (OrderState.PLACED, _("Waiting for payment")),
    (OrderState.PAID, _("Paid")),
    (OrderState.IN_SERVICE, _("In service")),
    (OrderState.COMPLETED, _("Completed")),
    (OrderState.CLOSED, _("Closed")),
    (OrderState.REFUNDED, _("Refunded in full")),
    (OrderState.CANCELLED, _("Cancelled")),
]
CLASSES = [
    (ProductClass.APPLICATION, _("Application")),
    (ProductClass.SERVICE, pgettext_lazy("orders", "Service")),
    (ProductClass.TOOL, _("Tool")),
]
BILLINGS = [
    (Billing.FREE, _("Free")),
    (Billing.ONE_OFF, _("One-off")),
    (Billing.MONTHLY, _("Monthly")),
    (Billing.YEARLY, _("Yearly")),
]
CANCELS = [
    (CancelReason.BUYER, _("Cancelled by the buyer")),
    (CancelReason.EXPIRED, _("Not paid in time")),
    (CancelReason.PLATFORM, _("Cancelled by the platform")),
]
ORDER_MOVES = [
    ("placed", "paid"),
    ("placed", "in_service"),
    ("placed", "cancelled"),
    ("paid", "in_service"),
    ("paid", "completed"),
    ("in_service", "completed"),
    ("completed", "in_service"),
    ("completed", "closed"),
    ("paid", "refunded"),
    ("in_service", "refunded"),
    ("completed", "refunded"),
    ("closed", "refunded"),
]
PAID_STATES = ["paid", "in_service", "completed", "closed", "refunded"]


class Order(FSMModelMixin, models.Model):
    """What did somebody buy, on which terms, and where does it stand? (§11, §17)

    Price, fee, promises and terms are frozen: nothing that the listing says later touches an order (§28). `refunded` is
    what was paid back, `compensated` what a warranty or promise paid apart from it, `released` what has left escrow
    for the provider. `held` is true while something in OrderHold keeps the money in escrow. Each instant ending in
    `_due_at` is a
    deadline that a sweep looks for. No row is shared with another order.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name=_("buyer"),
        db_index=False,
    )
    provider = models.ForeignKey(
        "providers.Provider",
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name=_("provider"),
        db_index=False,
    )
    performer = models.ForeignKey(
        "providers.Provider",
        on_delete=models.PROTECT,
        related_name="performed_orders",
        verbose_name=_("performed by"),
        db_index=False,
    )
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="orders", verbose_name=_("product"), db_index=False
    )
    version = models.ForeignKey(
        "catalog.ProductVersion",
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name=_("listing version"),
        db_index=False,
    )
    plan = models.ForeignKey(
        "catalog.Plan", on_delete=models.PROTECT, related_name="orders", verbose_name=_("plan"), db_index=False
    )
    renews = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name=_("renews"),
        db_index=False,
    )  # fmt: skip

    title_zh = models.CharField(_("title in Chinese"), max_length=60)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    plan_name_zh = models.CharField(_("plan in Chinese"), max_length=40)
    plan_name_en = models.CharField(_("plan in English"), max_length=60, blank=True)
    product_class = models.CharField(_("class"), max_length=12, choices=CLASSES)
    billing = models.CharField(_("billing"), max_length=8, choices=BILLINGS)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = MoneyField(_("price of one"))
    amount = MoneyField(_("amount"))
    supply_amount = MoneyField(_("supply price"), null=True, blank=True)
    policy_percent = models.DecimalField(
        _("refund promised after the guarantee (%)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    warranty_months = models.PositiveSmallIntegerField(_("warranty (months)"), default=0)
    aftersales_owed = models.BooleanField(_("after-sales owed"), default=True)
    terms = models.JSONField(_("terms accepted"))
    note = models.CharField(_("note of the buyer"), max_length=500, blank=True)

    state = FSMField(_("state"), default=OrderState.PLACED, choices=STATES, protected=True, max_length=12)
    placed_at = models.DateTimeField(_("placed"))
    pay_due_at = models.DateTimeField(_("to be paid by"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    rulebook = models.CharField(_("rulebook"), max_length=40, blank=True)
    fee_rate = models.DecimalField(_("service fee (%)"), max_digits=5, decimal_places=2, default=Decimal("0.00"))
    fee = MoneyField(_("service fee"), default=Decimal("0.00"))
    term_starts_at = models.DateTimeField(_("term from"), null=True, blank=True)
    term_ends_at = models.DateTimeField(_("term until"), null=True, blank=True)
    guarantee_ends_at = models.DateTimeField(_("guarantee until"), null=True, blank=True)
    start_due_at = models.DateTimeField(_("work starts by"), null=True, blank=True)
    started_at = models.DateTimeField(_("work started"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed complete"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    terminated_at = models.DateTimeField(_("ended early by agreement"), null=True, blank=True)
    warranty_ends_at = models.DateTimeField(_("warranty until"), null=True, blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("orders", "closed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancel_reason = models.CharField(_("why cancelled"), max_length=10, choices=CANCELS, blank=True)

    refunded = MoneyField(_("paid back"), default=Decimal("0.00"))
    compensated = MoneyField(_("compensated"), default=Decimal("0.00"))
    released = MoneyField(_("released from escrow"), default=Decimal("0.00"))
    refunded_at = models.DateTimeField(_("refunded in full"), null=True, blank=True)
    release_due_at = models.DateTimeField(_("released from"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    close_due_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    held = models.BooleanField(_("held"), default=False)

    awaiting_since = models.DateTimeField(_("waits for the buyer since"), null=True, blank=True)
    remind_due_at = models.DateTimeField(_("next reminder"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders sent"), default=0)
    settle_due_at = models.DateTimeField(_("an operator settles it from"), null=True, blank=True)
    settle_asked_at = models.DateTimeField(_("with the operators since"), null=True, blank=True)
    start_warned_at = models.DateTimeField(_("late start told"), null=True, blank=True)
    term_warn_due_at = models.DateTimeField(_("next warning of the term's end"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["buyer", "-id"], name="order_of_buyer"),
            models.Index(fields=["provider", "-id"], name="order_of_provider"),
            models.Index(fields=["performer", "-id"], name="order_of_performer", condition=~Q(performer=F("provider"))),
            models.Index(fields=["product", "-id"], name="order_of_product"),
            models.Index(fields=["pay_due_at", "id"], name="order_unpaid_due", condition=Q(state="placed")),
            models.Index(
                fields=["release_due_at", "id"],
                name="order_release_due",
                condition=Q(release_due_at__isnull=False, released_at__isnull=True, held=False),
            ),
            models.Index(
                fields=["guarantee_ends_at", "id"],
                name="order_guarantee_due",
                condition=Q(
                    completed_at__isnull=True, guarantee_ends_at__isnull=False, state__in=["paid", "in_service"]
                ),
            ),
            models.Index(
                fields=["remind_due_at", "id"], name="order_remind_due", condition=Q(remind_due_at__isnull=False)
            ),
            models.Index(
                fields=["settle_due_at", "id"],
                name="order_settle_due",
                condition=Q(settle_due_at__isnull=False, settle_asked_at__isnull=True),
            ),
            models.Index(
                fields=["settle_asked_at", "id"],
                name="order_settle_queue",
                condition=Q(settle_asked_at__isnull=False, completed_at__isnull=True),
            ),
            models.Index(
                fields=["start_due_at", "id"],
                name="order_start_due",
                condition=Q(
                    start_due_at__isnull=False, started_at__isnull=True, start_warned_at__isnull=True, state="paid"
                ),
            ),
            models.Index(
                fields=["term_warn_due_at", "id"],
                name="order_term_due",
                condition=Q(term_warn_due_at__isnull=False, state__in=["paid", "in_service", "completed"]),
            ),
            models.Index(fields=["close_due_at", "id"], name="order_close_due", condition=Q(state="completed")),
            models.Index(
                fields=["warranty_ends_at"], name="order_warranty", condition=Q(warranty_ends_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="order_state_known",
                condition=Q(state__in=["placed", "paid", "in_service", "completed", "closed", "refunded", "cancelled"]),
            ),
            models.CheckConstraint(
                name="order_class_known", condition=Q(product_class__in=["application", "service", "tool"])
            ),
            models.CheckConstraint(name="order_quantity_positive", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="order_amount_adds_up", condition=Q(unit_price__gte=0, amount=F("unit_price") * F("quantity"))
            ),
            models.CheckConstraint(
                name="order_supply_within",
                condition=Q(supply_amount__isnull=True) | Q(supply_amount__gte=0, supply_amount__lte=F("amount")),
            ),
            models.CheckConstraint(
                name="order_refunded_within_paid",
                condition=Q(refunded__gte=0, compensated__gte=0, refunded__lte=F("amount") - F("compensated")),
            ),
            models.CheckConstraint(name="order_fee_within", condition=Q(fee__gte=0, fee__lte=F("amount"))),
            models.CheckConstraint(
                name="order_released_within", condition=Q(released__gte=0, released__lte=F("amount"))
            ),
            models.CheckConstraint(
                name="order_paid_has_moment",
                condition=Q(
                    state__in=["placed", "cancelled"], paid_at__isnull=True, refunded=0, compensated=0, released=0
                )
                | Q(state__in=PAID_STATES, paid_at__isnull=False),
            ),
            models.CheckConstraint(
                name="order_cancelled_whole",
                condition=(Q(state="cancelled", cancelled_at__isnull=False) & ~Q(cancel_reason=""))
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True, cancel_reason="")),
            ),
            models.CheckConstraint(
                name="order_completed_has_moment",
                condition=Q(state__in=["completed", "closed"], completed_at__isnull=False)
                | Q(state__in=["placed", "paid", "in_service", "cancelled"], completed_at__isnull=True)
                | Q(state="refunded"),
            ),
            models.CheckConstraint(
                name="order_closed_has_moment", condition=~Q(state="closed") | Q(closed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="order_refunded_in_full",
                condition=Q(state="refunded", refunded_at__isnull=False) | ~Q(state="refunded"),
            ),
            models.CheckConstraint(
                name="order_released_has_moment", condition=Q(released=0) | Q(released_at__isnull=False)
            ),
            models.CheckConstraint(
                name="order_confirmed_is_service",
                condition=Q(confirmed_at__isnull=True) | Q(product_class="service", confirmed_at__gte=F("paid_at")),
            ),
            models.CheckConstraint(
                name="order_term_whole",
                condition=Q(term_starts_at__isnull=True, term_ends_at__isnull=True)
                | Q(term_ends_at__gt=F("term_starts_at")),
            ),
            models.UniqueConstraint(
                fields=["renews"],
                name="order_renewed_once",
                condition=Q(renews__isnull=False) & ~Q(state__in=["cancelled", "refunded"]),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="order_states", field="state", transitions=ORDER_MOVES),
            pgtrigger.ReadOnly(
                name="order_bought_once",
                fields=[
                    "number",
                    "buyer",
                    "provider",
                    "performer",
                    "product",
                    "version",
                    "plan",
                    "renews",
                    "product_class",
                    "billing",
                    "quantity",
                    "unit_price",
                    "amount",
                    "supply_amount",
                    "policy_percent",
                    "warranty_months",
                    "terms",
                    "placed_at",
                ],
            ),
            ReadOnlyWhen(
                name="order_paid_once",
                fields=["paid_at", "rulebook", "fee_rate"],
                when=pgtrigger.Q(old__paid_at__isnull=False),
            ),
            pgtrigger.Protect(name="order_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """As decisions, the books and the audit trail name it."""
        return f"order:{self.number}"

    @property
    def title(self) -> str:
        """The title in the reader's language, or in Chinese where there is no English one."""
        return self.title_en if self.title_en and (get_language() or "").startswith("en") else self.title_zh

    @property
    def plan_name(self) -> str:
        """The plan in the reader's language, or in Chinese where there is no English one."""
        return self.plan_name_en if self.plan_name_en and (get_language() or "").startswith("en") else self.plan_name_zh

    @property
    def is_paid(self) -> bool:
        return self.paid_at is not None

    @property
    def is_free(self) -> bool:
        return self.amount == 0

    @property
    def is_service(self) -> bool:
        return self.product_class == ProductClass.SERVICE

    @property
    def consigned(self) -> bool:
        """Whether the platform sells it on the provider's account (§13(2))."""
        return self.supply_amount is not None

    @property
    def left(self) -> Decimal:
        """What can still be paid back (yuan)."""
        return self.amount - self.refunded - self.compensated

    def in_guarantee(self, now: datetime) -> bool:
        """Whether its guarantee runs at that instant (§17(1))."""
        if self.paid_at is None or self.terminated_at is not None:
            return False
        if self.product_class == ProductClass.SERVICE:
            return self.confirmed_at is None or now < self.confirmed_at
        return self.guarantee_ends_at is not None and now < self.guarantee_ends_at

    @transition(state, source=OrderState.PLACED, target=OrderState.PAID, custom={"clause": "11(1)"})
    def pay(self, *, at: datetime) -> None:
        """The gateway says that the money is there; what was free needs none."""
        self.paid_at = at

    @transition(state, source=OrderState.PLACED, target=OrderState.CANCELLED)
    def cancel(self, *, reason: str, now: datetime) -> None:
        """It will not be paid."""
        self.cancelled_at, self.cancel_reason = now, reason

    @transition(state, source=OrderState.PAID, target=OrderState.IN_SERVICE, custom={"clause": "11"})
    def start(self, *, now: datetime) -> None:
        """The provider has begun, or has handed the product over."""
        self.started_at = now

    @transition(
        state,
        source=[OrderState.PAID, OrderState.IN_SERVICE],
        target=OrderState.COMPLETED,
        custom={"clause": "11(1)3"},
    )
    def complete(self, *, now: datetime) -> None:
        """The guarantee is over: by the buyer's confirmation, by its days, or by an agreement of both."""
        self.completed_at = now
        self.awaiting_since = self.remind_due_at = self.settle_due_at = None

    @transition(state, source=OrderState.COMPLETED, target=OrderState.IN_SERVICE, custom={"clause": "15(1)"})
    def reopen(self) -> None:
        """The confirmation was induced: guarantee and order are as before it."""
        self.confirmed_at = self.completed_at = self.guarantee_ends_at = self.warranty_ends_at = None
        self.close_due_at = None
        if self.released_at is None:
            self.release_due_at = None

    @transition(state, source=OrderState.COMPLETED, target=OrderState.CLOSED)
    def close(self, *, now: datetime) -> None:
        """Nothing is owed any more under guarantee, warranty or term."""
        self.closed_at = now

    @transition(
        state,
        source=[OrderState.PAID, OrderState.IN_SERVICE, OrderState.COMPLETED, OrderState.CLOSED],
        target=OrderState.REFUNDED,
        custom={"clause": "17"},
    )
    def refund_in_full(self, *, now: datetime) -> None:
        """Everything that was paid goes back."""
        self.refunded_at = now
        self.awaiting_since = self.remind_due_at = self.settle_due_at = None
