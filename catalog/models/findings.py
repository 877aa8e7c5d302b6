"""What was found in a version."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.types import FindingState, Severity


class ListingFinding(models.Model):
    """What did the checks or the reviewer find in a version, under which clause, and what came of it? (§10)"""

    version = models.ForeignKey(
        "catalog.ProductVersion", verbose_name=_("version"), on_delete=models.PROTECT, related_name="findings"
    )
    source = models.CharField(_("found by"), max_length=8, choices=[("check", _("Check")), ("reviewer", _("Reviewer"))])
    code = models.CharField(_("kind"), max_length=40)
    field = models.CharField(_("field"), max_length=40)
    row = models.PositiveSmallIntegerField(_("row"), null=True, blank=True)
    clause = models.CharField(_("clause"), max_length=12)
    severity = models.CharField(
        _("severity"),
        max_length=6,
        choices=[(Severity.REFUSE, _("Must be changed")), (Severity.WARN, _("To be looked at"))],
    )
    message_zh = models.CharField(_("in Chinese"), max_length=1000)
    message_en = models.CharField(_("in English"), max_length=1000)
    start = models.IntegerField(default=-1)
    end = models.IntegerField(default=-1)
    excerpt = models.CharField(_("excerpt"), max_length=200, blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        default=FindingState.OPEN,
        choices=[
            (FindingState.OPEN, _("Open")),
            (FindingState.UPHELD, _("Upheld")),
            (FindingState.DISMISSED, _("Dismissed")),
        ],
    )
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("listing finding")
        verbose_name_plural = _("listing findings")
        ordering = ["severity", "field", "start", "id"]
        constraints = [
            models.CheckConstraint(name="finding_severity_known", condition=Q(severity__in=["refuse", "warn"])),
            models.CheckConstraint(name="finding_source_known", condition=Q(source__in=["check", "reviewer"])),
            models.CheckConstraint(name="finding_state_known", condition=Q(state__in=["open", "upheld", "dismissed"])),
        ]
        triggers = [pgtrigger.Protect(name="finding_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.code} {self.field}"

    @property
    def message(self) -> str:
        """What it says, in the reader's language."""
        return self.message_en if (get_language() or "").startswith("en") else self.message_zh
