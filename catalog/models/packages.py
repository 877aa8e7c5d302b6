"""What a provider hands in with a version, and what the security scan found in it (§10(1), §10(8)2, §18(10))."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Package(models.Model):
    """Which file is handed in with a version: its name, its digest, who uploaded it?

    Never changed; added and taken away only while the version is a draft, so that what was scanned and reviewed is
    what was released. Written by `catalog.services.packages`.
    """

    version = models.ForeignKey(
        "catalog.ProductVersion", verbose_name=_("version"), on_delete=models.PROTECT, related_name="packages"
    )
    name = models.CharField(_("name"), max_length=120)
    file = models.FileField(_("file"), upload_to="packages/%Y/%m/", max_length=200)
    sha256 = models.CharField(_("digest"), max_length=64)
    size = models.PositiveBigIntegerField(_("size"))
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.ForeignKey(
        "accounts.User", verbose_name=_("uploaded by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "sha256"], name="package_once_a_version"),
            models.CheckConstraint(name="package_not_empty", condition=Q(size__gt=0)),
        ]
        triggers = [
            pgtrigger.Protect(name="package_kept", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="package_with_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                declare=[("parent", "bigint")],
                func="""
                    parent = CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
                    IF NOT EXISTS (
                        SELECT FROM catalog_productversion WHERE id = parent AND state = 'draft'
                    ) THEN
                        RAISE EXCEPTION 'packages change with a draft only';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PackageScan(models.Model):
    """When was a package looked into, by which edition of which scanner, and what was found? Append-only."""

    package = models.ForeignKey(Package, verbose_name=_("package"), on_delete=models.CASCADE, related_name="scans")
    scanner = models.CharField(_("scanner"), max_length=60)
    edition = models.CharField(_("edition"), max_length=40)
    threats = models.JSONField(_("what was found"), default=list)
    scanned_at = models.DateTimeField(_("scanned"))

    class Meta:
        verbose_name = _("security scan")
        verbose_name_plural = _("security scans")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["package", "scanner", "edition"], name="scan_once_an_edition"),
        ]
        triggers = [pgtrigger.Protect(name="scan_kept", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.scanner} {self.edition}"
