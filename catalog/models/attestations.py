"""Whether the version in the market is the current one: the provider's word, and what is said without it (§18(13))."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class VersionAttestation(models.Model):
    """Who says that the version on sale is the current one, which release of the provider's own it is, and when?

    Append-only. Written by `catalog.services.attestations`.
    """

    product = models.ForeignKey(
        "catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT, related_name="attestations"
    )
    version = models.ForeignKey(
        "catalog.ProductVersion", verbose_name=_("version"), on_delete=models.PROTECT, related_name="attestations"
    )
    upstream = models.CharField(_("the provider's own release"), max_length=60)
    attested_at = models.DateTimeField(_("attested"))
    attested_by = models.ForeignKey(
        "accounts.User", verbose_name=_("attested by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("attestation of a version")
        verbose_name_plural = _("attestations of versions")
        ordering = ["-id"]
        indexes = [models.Index(fields=["product", "-attested_at"], name="attestation_of_product")]
        constraints = [models.CheckConstraint(name="attestation_names_release", condition=~Q(upstream=""))]
        triggers = [pgtrigger.Protect(name="attestation_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.product_id} {self.upstream}"


class StaleNotice(models.Model):
    """Which product on sale was neither updated nor attested in its period, and what came of the reminder?

    Ended by a new version, an attestation, or the product leaving the market; handed on as conduct once the grace is
    over. One open notice a product.
    """

    product = models.ForeignKey(
        "catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT, related_name="stale_notices"
    )
    since = models.DateTimeField(_("last updated or attested"))
    opened_at = models.DateTimeField(_("reminded"))
    due_at = models.DateTimeField(_("due"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    handed_on_at = models.DateTimeField(_("handed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("reminder of a stale version")
        verbose_name_plural = _("reminders of stale versions")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="stale_due",
                condition=Q(ended_at__isnull=True, handed_on_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["product"], name="stale_one_open", condition=Q(ended_at__isnull=True)),
            models.CheckConstraint(name="stale_due_after_opened", condition=Q(due_at__gt=F("opened_at"))),
        ]
        triggers = [pgtrigger.Protect(name="stale_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.product_id)
