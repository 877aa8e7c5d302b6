"""What a provider signed, and the terms of its own that prevail over the rulebook (§3, §9(5))."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from providers.models.provider import Provider
from providers.triggers import ReadOnlyWhen
from providers.types import AgreementKind

KINDS = [
    (AgreementKind.PROVIDER, _("provider agreement")),
    (AgreementKind.ANNEX, _("annex on violations")),
    (AgreementKind.CONSIGNMENT, _("consignment agreement")),
    (AgreementKind.SUPPLEMENTARY, _("supplementary agreement")),
]


class AgreementText(models.Model):
    """Which words does a version of an agreement hold? Never changed once it stands; a newer version follows it."""

    kind = models.CharField(_("kind"), max_length=14, choices=KINDS)
    version = models.CharField(_("version"), max_length=20)
    title_zh = models.CharField(_("title (Chinese)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120)
    body_zh = models.TextField(_("text (Chinese)"))
    body_en = models.TextField(_("text (English)"))
    sha256 = models.CharField("SHA-256", max_length=64)
    effective_at = models.DateTimeField(_("in force from"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("agreement text")
        verbose_name_plural = _("agreement texts")
        ordering = ["kind", "-effective_at"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="agreement_text_version"),
            models.CheckConstraint(
                condition=Q(kind__in=["provider", "annex", "consignment"]), name="agreement_text_kind_known"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="agreement_text_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def title(self) -> str:
        """The title in the language of the page."""
        return self.title_en if (get_language() or "").startswith("en") else self.title_zh

    @property
    def body(self) -> str:
        """The text in the language of the page."""
        return self.body_en if (get_language() or "").startswith("en") else self.body_zh


class Agreement(models.Model):
    """What did this provider sign, when, by whom, and which terms of its own does it hold? (§3, §9(5))

    `text` for the agreements that everybody signs; `terms` (parameter of the rulebook to value, as JSON) for a
    supplementary one, which an operator proposes and the provider signs. In force from `starts_at`, once signed, until
    `ends_at` or `terminated_at`. `signature` is the digest of what was signed, by whom and when.
    """

    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("provider")
    )
    kind = models.CharField(_("kind"), max_length=14, choices=KINDS)
    text = models.ForeignKey(
        AgreementText, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("text")
    )
    terms = models.JSONField(_("terms of its own"), default=dict, blank=True)
    note = models.CharField(_("why"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    signer = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed by")
    )
    signer_name = models.CharField(_("name of the signer"), max_length=120, blank=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signature = models.CharField(_("digest of the signature"), max_length=64, blank=True)
    starts_at = models.DateTimeField(_("in force from"))
    ends_at = models.DateTimeField(_("in force until"), null=True, blank=True)
    terminated_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    termination_reason = models.CharField(_("why it ended"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["provider", "kind"], name="agreement_of_provider")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="supplementary", text__isnull=True, proposed_by__isnull=False) & ~Q(terms={})
                | ~Q(kind="supplementary") & Q(text__isnull=False, terms={}, signed_at__isnull=False),
                name="agreement_text_or_terms",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signer__isnull=True, signature="")
                | Q(signed_at__isnull=False, signer__isnull=False) & ~Q(signature=""),
                name="agreement_signed_whole",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="agreement_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["provider", "text"],
                condition=Q(terminated_at__isnull=True, text__isnull=False),
                name="agreement_signed_once",
            ),
        ]
        triggers = [
            ReadOnlyWhen(
                name="agreement_signed_stands",
                exclude=["terminated_at", "termination_reason"],
                when=pgtrigger.Q(old__signed_at__isnull=False),
            ),
            pgtrigger.Protect(name="agreement_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.provider}"

    def in_force_at(self, now: datetime) -> bool:
        """Whether it binds at that instant."""
        return (
            self.signed_at is not None
            and max(self.starts_at, self.signed_at) <= now
            and (self.ends_at is None or now < self.ends_at)
            and (self.terminated_at is None or now < self.terminated_at)
        )
