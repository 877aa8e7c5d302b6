"""Who sells, what is laid over them, and who may not come back."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField, mask
from core.fsm import FSMField, FSMModelMixin, transition
from providers.triggers import ReadOnlyWhen
from providers.types import HIDING, ExitKind, ProviderKind, ProviderState, RestrictionKind

KINDS = [(ProviderKind.ENTERPRISE, _("enterprise")), (ProviderKind.INDIVIDUAL, _("individual"))]
STATES = [
    (ProviderState.APPLYING, _("applying")),
    (ProviderState.ACTIVE, _("active")),
    (ProviderState.LEAVING, _("leaving")),
    (ProviderState.LEFT, _("left")),
    (ProviderState.CLEARED, _("cleared out")),
]
RESTRICTIONS = [
    (RestrictionKind.FROZEN, _("frozen")),
    (RestrictionKind.DEPOSIT_SHORT, _("deposit short")),
    (RestrictionKind.ON_LEAVE, _("on leave")),
    (RestrictionKind.CLOSED, _("closed")),
    (RestrictionKind.CONDITIONS_UNMET, _("conditions of admission not met")),
    (RestrictionKind.NO_NEW_LISTINGS, _("no new products")),
    (RestrictionKind.NO_NEW_ORDERS, _("no new orders")),
    (RestrictionKind.PAYOUT_HELD, _("payouts held")),
    (RestrictionKind.MESSAGING_MUTED, _("messages muted")),
    (RestrictionKind.DISPLAY_LOWERED, _("shown lower")),
    (RestrictionKind.CATEGORIES_LIMITED, _("categories limited")),
]
EXITS = [
    (ExitKind.VOLUNTARY, _("left by itself")),
    (ExitKind.TERMINATED, _("agreement ended")),
    (ExitKind.CLEARED_OUT, _("cleared out")),
]


class Provider(FSMModelMixin, models.Model):
    """Which legal subject sells here, since when, and may its store be seen now? (§7, §9)

    `subject_index` is the blind index of the legal subject (unified social credit code or identity number), copied from
    the verified identity when the application is approved and never changed. `hidden`, `hidden_from` and `hidden_until`
    are kept by the restriction acts: the interval in which a hiding restriction is in force, so that a list can be
    filtered by columns of one row; `shown` is what upper apps were last told. Written by `providers.services`.
    """

    number = models.CharField(_("number"), max_length=16, unique=True)
    owner = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="owned_providers", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    legal_name = EncryptedTextField(_("legal name"), blank=True)
    public_name = models.CharField(_("name shown"), max_length=120, blank=True)
    legal_number = EncryptedTextField(_("legal number"), blank=True)
    subject_index = models.CharField(_("subject index"), max_length=64, blank=True, db_index=True)
    state = FSMField(_("state"), default=ProviderState.APPLYING, choices=STATES, protected=True, max_length=10)
    is_platform = models.BooleanField(_("the platform's own store"), default=False)
    consigned = models.BooleanField(_("sells on consignment"), default=False)
    planned_highest_price = models.DecimalField(
        _("highest price planned"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    hidden = models.BooleanField(_("hidden"), default=False)
    hidden_from = models.DateTimeField(_("hidden from"), null=True, blank=True)
    hidden_until = models.DateTimeField(_("hidden until"), null=True, blank=True)
    shown = models.BooleanField(_("shown, as last told"), default=False)
    conditions_checked_at = models.DateTimeField(_("conditions checked at"), null=True, blank=True)
    conditions_unmet_since = models.DateTimeField(_("conditions not met since"), null=True, blank=True)
    cure_by = models.DateTimeField(_("to be mended by"), null=True, blank=True)
    cure_proposed_at = models.DateTimeField(_("clearance proposed at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    admitted_at = models.DateTimeField(_("admitted at"), null=True, blank=True)
    exited_at = models.DateTimeField(_("left at"), null=True, blank=True)
    exit_kind = models.CharField(_("how it left"), max_length=12, choices=EXITS, blank=True)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["id"], name="provider_shown", condition=Q(state="active", hidden=False)),
            models.Index(fields=["hidden_from"], name="provider_hiding", condition=Q(hidden=True, shown=True)),
            models.Index(fields=["cure_by"], name="provider_cure", condition=Q(cure_proposed_at__isnull=True)),
            models.Index(
                fields=["conditions_checked_at"], name="provider_recheck", condition=Q(state__in=["active", "leaving"])
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["applying", "active", "leaving", "left", "cleared"]), name="provider_state_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=["enterprise", "individual"]), name="provider_kind_known"),
            models.CheckConstraint(
                condition=Q(state="applying") | (~Q(subject_index="") & Q(admitted_at__isnull=False)),
                name="provider_admitted_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["left", "cleared"], exited_at__isnull=False) & ~Q(exit_kind="")
                | ~Q(state__in=["left", "cleared"]) & Q(exited_at__isnull=True, exit_kind=""),
                name="provider_exit_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="cleared") | Q(exit_kind="cleared_out"), name="provider_cleared_kind"
            ),
            models.CheckConstraint(
                condition=Q(hidden=False, hidden_from__isnull=True, hidden_until__isnull=True)
                | Q(hidden=True, hidden_from__isnull=False),
                name="provider_hidden_whole",
            ),
            models.UniqueConstraint(
                fields=["subject_index"],
                condition=Q(state__in=["active", "leaving"]) & Q(is_platform=False),
                name="provider_one_per_subject",
            ),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(state__in=["applying", "active", "leaving"]),
                name="provider_one_per_owner",
            ),
            models.UniqueConstraint(
                fields=["is_platform"], condition=Q(is_platform=True, state="active"), name="provider_one_platform"
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="provider_states",
                field="state",
                transitions=[
                    ("applying", "active"),
                    ("active", "leaving"),
                    ("leaving", "active"),
                    ("leaving", "left"),
                    ("active", "left"),
                    ("active", "cleared"),
                    ("leaving", "cleared"),
                    ("cleared", "active"),
                ],
            ),
            ReadOnlyWhen(
                name="provider_subject_once",
                fields=["kind", "subject_index", "number", "admitted_at"],
                when=pgtrigger.Q(old__state__in=["active", "leaving", "left", "cleared"]),
            ),
            pgtrigger.Protect(name="provider_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.public_name or self.number

    @property
    def subject(self) -> str:
        """As the audit trail names it."""
        return f"provider:{self.number}"

    @property
    def masked_number(self) -> str:
        return mask(self.legal_number, "id") if self.legal_number else ""

    def hidden_at(self, now: datetime) -> bool:
        """Whether the columns say that it is hidden at that instant."""
        if not self.hidden or self.hidden_from is None or now < self.hidden_from:
            return False
        return self.hidden_until is None or now < self.hidden_until

    @transition(state, source=ProviderState.APPLYING, target=ProviderState.ACTIVE, custom={"clause": "9"})
    def admit(self, *, legal_name: str, public_name: str, legal_number: str, subject_index: str, now: datetime) -> None:
        """All conditions hold, and an operator approved."""
        self.legal_name, self.public_name = legal_name, public_name
        self.legal_number, self.subject_index = legal_number, subject_index
        self.admitted_at = now
        self.conditions_checked_at = now

    @transition(state, source=ProviderState.ACTIVE, target=ProviderState.LEAVING, custom={"clause": "23"})
    def begin_leaving(self) -> None:
        """It has applied to leave, or its agreement ends; what was sold is wound up."""

    @transition(state, source=ProviderState.LEAVING, target=ProviderState.ACTIVE, custom={"clause": "23"})
    def stay(self) -> None:
        """The exit was withdrawn before it was done."""

    @transition(
        state,
        source=[ProviderState.LEAVING, ProviderState.ACTIVE],
        target=ProviderState.LEFT,
        custom={"clause": "22"},
    )
    def leave(self, *, exit_kind: str, now: datetime) -> None:
        """It has left, by itself or because the agreement ended."""
        self.exit_kind, self.exited_at = exit_kind, now

    @transition(
        state,
        source=[ProviderState.LEAVING, ProviderState.ACTIVE],
        target=ProviderState.CLEARED,
        custom={"clause": "24"},
    )
    def clear_out(self, *, now: datetime) -> None:
        """The platform has cleared it out."""
        self.exit_kind, self.exited_at = ExitKind.CLEARED_OUT, now

    @transition(state, source=ProviderState.CLEARED, target=ProviderState.ACTIVE, custom={"clause": "19"})
    def reinstate(self) -> None:
        """An appeal found that it should not have been cleared out."""
        self.exit_kind, self.exited_at = "", None


class Restriction(models.Model):
    """What is laid over this provider, why, and until when? (§9(6)3, §20(2), §20(5))

    Several may be in force at once; each ends by itself, at `until` or when it is lifted. `reference` says what it came
    from (`case:C…`, `deposit:…`), so that its maker can lift its own. Nothing but its end is ever changed.
    """

    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="restrictions", verbose_name=_("provider")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=RESTRICTIONS)
    reference = models.CharField(_("comes from"), max_length=80, blank=True)
    reason_zh = models.CharField(_("reason (Chinese)"), max_length=500)
    reason_en = models.CharField(_("reason (English)"), max_length=500)
    details = models.JSONField(_("details"), default=dict, blank=True)
    clauses = models.JSONField(_("clauses"), default=list)
    decision = models.ForeignKey(
        "regulation.DecisionRecord",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decision"),
    )
    placed_by = models.CharField(_("placed by"), max_length=40)
    placed_at = models.DateTimeField(pgettext_lazy("providers", "placed at"))
    starts_at = models.DateTimeField(_("in force from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    lifted_by = models.CharField(_("ended by"), max_length=40, blank=True)
    lift_reason = models.CharField(_("why it ended"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["provider", "-id"], name="restriction_of_provider"),
            models.Index(
                fields=["until"], name="restriction_due", condition=Q(lifted_at__isnull=True, until__isnull=False)
            ),
            models.Index(fields=["starts_at"], name="restriction_begins", condition=Q(lifted_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in RestrictionKind]), name="restriction_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("starts_at")), name="restriction_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(starts_at__gte=F("placed_at")), name="restriction_not_backdated"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lifted_by=""), name="restriction_lifted_by_somebody"
            ),
            models.UniqueConstraint(
                fields=["provider", "kind", "reference"],
                condition=Q(lifted_at__isnull=True),
                name="restriction_once_per_reference",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="restriction_said_once", exclude=["lifted_at", "lifted_by", "lift_reason"]),
            pgtrigger.Protect(name="restriction_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.provider}"

    @property
    def reason(self) -> str:
        """The reason in the language of the page."""
        return self.reason_en if (get_language() or "").startswith("en") else self.reason_zh

    @property
    def hides(self) -> bool:
        """Whether the store and its products are not shown while it is in force."""
        return self.kind in HIDING

    def in_force_at(self, now: datetime) -> bool:
        """Whether it is in force at that instant. At the very instant of its end it is not."""
        return (
            self.starts_at <= now
            and (self.until is None or now < self.until)
            and (self.lifted_at is None or now < self.lifted_at)
        )


RELATIONS = [("provider", _("the provider itself")), ("behind_provider", _("who stands behind the provider"))]


class ReentryBar(models.Model):
    """Which legal subjects may not come back, and until when? (§25)

    One row a subject and exit: the provider itself and, where it was cleared out, those who stand behind it. A bar
    that an appeal took back stays readable.
    """

    subject_index = models.CharField(_("subject index"), max_length=64, db_index=True)
    relation = models.CharField(_("who it is"), max_length=40, choices=RELATIONS, default="provider")
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="reentry_bars", verbose_name=_("provider")
    )
    exit_kind = models.CharField(_("how it left"), max_length=12, choices=EXITS)
    exited_at = models.DateTimeField(_("left at"))
    allowed_from = models.DateTimeField(_("may apply from"), null=True, blank=True)
    never = models.BooleanField(_("never again"))
    decision = models.ForeignKey(
        "regulation.DecisionRecord", on_delete=models.PROTECT, related_name="+", verbose_name=_("decision")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    revoked_at = models.DateTimeField(pgettext_lazy("providers", "taken back at"), null=True, blank=True)
    revoked_reason = models.CharField(_("why it was taken back"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("bar to re-entry")
        verbose_name_plural = _("re-entry register")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(never=True, allowed_from__isnull=True) | Q(never=False, allowed_from__isnull=False),
                name="reentry_never_or_from",
            ),
            models.CheckConstraint(condition=~Q(subject_index=""), name="reentry_has_subject"),
            models.UniqueConstraint(fields=["subject_index", "provider", "exited_at"], name="reentry_once_per_exit"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="reentry_said_once", exclude=["revoked_at", "revoked_reason"]),
            pgtrigger.Protect(name="reentry_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.get_relation_display()}"
