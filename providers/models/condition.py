"""Other conditions of admission that the platform sets (§9(7))."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from providers.models.provider import Provider

ANSWERED_BY = [("provider", _("declared by the provider")), ("operator", _("confirmed by an operator"))]
FOR_KINDS = [("", _("everybody")), ("enterprise", _("enterprises")), ("individual", _("individuals"))]


class PlatformCondition(models.Model):
    """What else does the platform ask of providers, of whom, and since when? (§9(7))

    Operators add one and retire it; its words do not change while it stands.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title_zh = models.CharField(_("title (Chinese)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120)
    text_zh = models.TextField(_("what is asked (Chinese)"))
    text_en = models.TextField(_("what is asked (English)"))
    for_kind = models.CharField(_("asked of"), max_length=12, choices=FOR_KINDS, blank=True)
    answered_by = models.CharField(_("met when"), max_length=10, choices=ANSWERED_BY)
    effective_at = models.DateTimeField(_("asked from"))
    retired_at = models.DateTimeField(_("asked until"), null=True, blank=True)

    class Meta:
        verbose_name = _("condition of the platform")
        verbose_name_plural = _("conditions of the platform")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by__in=["provider", "operator"]), name="condition_answered_by_known"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(retired_at__gte=F("effective_at")),
                name="condition_retired_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title_en if (get_language() or "").startswith("en") else self.title_zh


class ConditionAnswer(models.Model):
    """Does this provider meet that condition, who says so, and since when?"""

    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="condition_answers", verbose_name=_("provider")
    )
    condition = models.ForeignKey(
        PlatformCondition, on_delete=models.PROTECT, related_name="answers", verbose_name=_("condition")
    )
    met = models.BooleanField(_("met"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=40)
    answered_at = models.DateTimeField(_("answered at"))

    class Meta:
        verbose_name = _("answer to a condition")
        verbose_name_plural = _("answers to conditions")
        constraints = [models.UniqueConstraint(fields=["provider", "condition"], name="condition_answer_once")]

    def __str__(self) -> str:
        return f"{self.condition_id} {self.provider_id}"
