"""Versions of a listing with everything they say."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalog.types import DeploymentBasis, VersionState
from core.fsm import FSMField, FSMModelMixin, transition

VERSION_STATES = [
    (VersionState.DRAFT, _("Draft")),
    (VersionState.SUBMITTED, _("Waiting for review")),
    (VersionState.UNDER_REVIEW, _("Under review")),
    (VersionState.AWAITING_DEPOSIT, _("Approved, waiting for the deposit")),
    (VersionState.RETURNED, _("Returned for changes")),
    (VersionState.REFUSED, _("Refused")),
    (VersionState.WITHDRAWN, _("Withdrawn")),
    (VersionState.RELEASED, _("On sale")),
    (VersionState.SUPERSEDED, _("Replaced by a later version")),
]
OPEN_STATES = ["draft", "submitted", "under_review", "awaiting_deposit"]
BASES = [
    (DeploymentBasis.RUNS_ON_CLOUD, _("Runs on the platform's cloud")),
    (DeploymentBasis.BUNDLED, _("Bundled with cloud resources")),
    (DeploymentBasis.RELATED_TOOL, _("A tool closely tied to the cloud")),
]
# What is written in both languages, with the most characters each may have.
TEXTS: dict[str, int] = {
    "title": 60,
    "tagline": 120,
    "description": 20000,
    "cases": 10000,
    "terms": 30000,
    "refund_text": 2000,
    "delist_use": 2000,
    "delist_transfer": 2000,
    "delist_data": 2000,
    "security": 4000,
    "deployment_note": 1000,
    "aftersales": 2000,
}
TEXT_FIELDS: tuple[str, ...] = tuple(f"{name}_{language}" for name in TEXTS for language in ("zh", "en"))
CONTENT_FIELDS: tuple[str, ...] = (
    *TEXT_FIELDS,
    "category",
    "performer",
    "attributes",
    "policy_percent",
    "warranty_months",
    "deployment_basis",
    "ip_basis",
    "ip_confirmed",
    "open_source",
    "data_items",
    "delist_notice_days",
    "own_site_url",
    "cover",
)
CONTENT_CHANGED = "OLD.state <> 'draft' AND (%s)" % " OR ".join(  # noqa: UP031
    f'OLD."{column}" IS DISTINCT FROM NEW."{column}"'
    for column in (f"{name}_id" if name in {"category", "performer"} else name for name in CONTENT_FIELDS)
)
IP_BASES = [("own", _("Our own rights")), ("authorised", _("Authorised by the owner of the rights"))]


def cover_path(version: "ProductVersion", filename: str) -> str:
    """Where a cover is kept: by product, under a name that its content gives."""
    return f"covers/{version.product_id}/{filename}"


class ProductVersion(FSMModelMixin, models.Model):
    """What does the listing say, and has this version passed its review? (§10, §18(10))

    Editable while a draft. From its submission on the database keeps its content as it is, so that what was
    reviewed, what is shown and what a buyer accepted are the same; an order names the version. One open version a
    product.
    """

    product = models.ForeignKey(
        "catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    state = FSMField(_("state"), default=VersionState.DRAFT, choices=VERSION_STATES, protected=True, max_length=20)
    category = models.ForeignKey(
        "catalog.Category", verbose_name=_("category"), on_delete=models.PROTECT, related_name="+"
    )
    performer = models.ForeignKey(
        "providers.Provider", verbose_name=_("performed by"), on_delete=models.PROTECT, related_name="+"
    )

    title_zh = models.CharField(_("title in Chinese"), max_length=TEXTS["title"], blank=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    tagline_zh = models.CharField(_("one line in Chinese"), max_length=TEXTS["tagline"], blank=True)
    tagline_en = models.CharField(_("one line in English"), max_length=200, blank=True)
    description_zh = models.TextField(_("description in Chinese"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    cases_zh = models.TextField(_("cases in Chinese"), blank=True)
    cases_en = models.TextField(_("cases in English"), blank=True)
    terms_zh = models.TextField(_("terms of use in Chinese"), blank=True)
    terms_en = models.TextField(_("terms of use in English"), blank=True)
    refund_text_zh = models.TextField(_("refund promise in Chinese"), blank=True)
    refund_text_en = models.TextField(_("refund promise in English"), blank=True)
    delist_use_zh = models.TextField(_("continued use in Chinese"), blank=True)
    delist_use_en = models.TextField(_("continued use in English"), blank=True)
    delist_transfer_zh = models.TextField(_("transfer of rights in Chinese"), blank=True)
    delist_transfer_en = models.TextField(_("transfer of rights in English"), blank=True)
    delist_data_zh = models.TextField(_("return of data in Chinese"), blank=True)
    delist_data_en = models.TextField(_("return of data in English"), blank=True)
    security_zh = models.TextField(_("security statement in Chinese"), blank=True)
    security_en = models.TextField(_("security statement in English"), blank=True)
    deployment_note_zh = models.TextField(_("deployment in Chinese"), blank=True)
    deployment_note_en = models.TextField(_("deployment in English"), blank=True)
    aftersales_zh = models.TextField(_("after-sales service in Chinese"), blank=True)
    aftersales_en = models.TextField(_("after-sales service in English"), blank=True)

    attributes = models.JSONField(_("specifications"), default=list, blank=True)
    policy_percent = models.DecimalField(
        _("refund after the guarantee (%)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    warranty_months = models.PositiveSmallIntegerField(_("warranty (months)"), default=0)
    deployment_basis = models.CharField(_("deployment basis"), max_length=16, choices=BASES, blank=True)
    ip_basis = models.CharField(_("rights"), max_length=12, choices=IP_BASES, blank=True)
    ip_confirmed = models.BooleanField(_("rights confirmed"), default=False)
    open_source = models.JSONField(_("open-source components"), default=list, blank=True)
    data_items = models.JSONField(_("data and permissions"), default=list, blank=True)
    delist_notice_days = models.PositiveSmallIntegerField(_("notice before delisting (days)"), default=30)
    own_site_url = models.URLField(_("page on the provider's own site"), max_length=300, blank=True)
    cover = models.ImageField(_("cover"), upload_to=cover_path, blank=True, max_length=200)

    created_at = models.DateTimeField(pgettext_lazy("catalog", "created"))
    edited_at = models.DateTimeField(_("edited"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        "accounts.User",
        verbose_name=_("submitted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reviewer = models.ForeignKey(
        "accounts.User", verbose_name=_("reviewer"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    judged_at = models.DateTimeField(_("judged"), null=True, blank=True)
    judgement_note = models.TextField(_("note of the review"), blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    digest = models.CharField(_("digest of the content"), max_length=64, blank=True)
    change_note = models.CharField(_("what changed"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("listing version")
        verbose_name_plural = _("listing versions")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["submitted_at", "id"],
                name="version_queue",
                condition=Q(state__in=["submitted", "under_review"]),
            ),
            models.Index(fields=["product", "-number"], name="version_of_product"),
            models.Index(fields=["id"], name="version_awaiting_deposit", condition=Q(state="awaiting_deposit")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["product"], name="version_one_open", condition=Q(state__in=OPEN_STATES)),
            models.UniqueConstraint(fields=["product"], name="version_one_live", condition=Q(state="released")),
            models.CheckConstraint(
                name="version_state_known", condition=Q(state__in=[str(state) for state, _name in VERSION_STATES])
            ),
            models.CheckConstraint(
                name="version_percent_is_one",
                condition=Q(policy_percent__isnull=True) | Q(policy_percent__gte=0, policy_percent__lte=100),
            ),
            models.CheckConstraint(
                name="version_submitted_whole",
                condition=Q(state="draft") | (Q(submitted_at__isnull=False) & ~Q(digest="")),
            ),
            models.CheckConstraint(
                name="version_judged_by_somebody",
                condition=~Q(state__in=["under_review", "awaiting_deposit", "returned", "refused", "released"])
                | Q(reviewer__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="version_states",
                field="state",
                transitions=[
                    ("draft", "submitted"),
                    ("submitted", "under_review"),
                    ("submitted", "withdrawn"),
                    ("under_review", "submitted"),
                    ("under_review", "returned"),
                    ("under_review", "refused"),
                    ("under_review", "awaiting_deposit"),
                    ("under_review", "released"),
                    ("awaiting_deposit", "released"),
                    ("awaiting_deposit", "withdrawn"),
                    ("released", "superseded"),
                ],
            ),
            pgtrigger.Protect(
                name="version_content_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(CONTENT_CHANGED),
            ),
            pgtrigger.Protect(name="version_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.title or self.product_id} v{self.number}"

    @property
    def title(self) -> str:
        """The title in the reader's language, or in Chinese where there is no English one."""
        if (get_language() or "").startswith("en") and self.title_en:
            return self.title_en
        return self.title_zh

    @property
    def reference(self) -> str:
        """The subject under which decisions and the audit trail know it: its product's."""
        return f"product:{self.product_id}"

    @transition(field=state, source=VersionState.DRAFT, target=VersionState.SUBMITTED)
    def submit(self, *, by_id: int, digest: str, now: datetime) -> None:
        """Handed in; from here on its content stays as it is."""
        self.submitted_by_id, self.submitted_at, self.digest = by_id, now, digest

    @transition(
        field=state,
        source=[VersionState.SUBMITTED, VersionState.AWAITING_DEPOSIT],
        target=VersionState.WITHDRAWN,
    )
    def withdraw(self) -> None:
        """The provider takes it back."""

    @transition(field=state, source=VersionState.SUBMITTED, target=VersionState.UNDER_REVIEW)
    def claim(self, *, reviewer_id: int, now: datetime) -> None:
        """An operator takes it up."""
        self.reviewer_id, self.claimed_at = reviewer_id, now

    @transition(field=state, source=VersionState.UNDER_REVIEW, target=VersionState.SUBMITTED)
    def put_back(self) -> None:
        """The operator leaves it to another."""
        self.reviewer_id, self.claimed_at = None, None

    @transition(field=state, source=VersionState.UNDER_REVIEW, target=VersionState.RETURNED)
    def send_back(self, *, note: str, now: datetime) -> None:
        """The findings say what is to be changed."""
        self.judged_at, self.judgement_note = now, note

    @transition(field=state, source=VersionState.UNDER_REVIEW, target=VersionState.REFUSED)
    def refuse(self, *, note: str, now: datetime) -> None:
        """It cannot be listed at all."""
        self.judged_at, self.judgement_note = now, note

    @transition(field=state, source=VersionState.UNDER_REVIEW, target=VersionState.AWAITING_DEPOSIT)
    def await_deposit(self, *, note: str, now: datetime) -> None:
        """Approved; its price asks for a larger deposit first (§9(6)1)."""
        self.judged_at, self.judgement_note = now, note

    @transition(
        field=state,
        source=[VersionState.UNDER_REVIEW, VersionState.AWAITING_DEPOSIT],
        target=VersionState.RELEASED,
    )
    def release(self, *, note: str, now: datetime) -> None:
        """Approved and on sale."""
        self.judged_at = self.judged_at or now
        self.judgement_note = note
        self.released_at = now

    @transition(field=state, source=VersionState.RELEASED, target=VersionState.SUPERSEDED)
    def supersede(self) -> None:
        """A later version is on sale, or none is any more."""
