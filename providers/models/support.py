"""By which ways beside the chat a provider helps the users of its products (§12(1)1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from providers.models.provider import Provider


class SupportProfile(models.Model):
    """Which support by phone, for technical and for product questions does a store offer? (§12(1)1)

    What is empty is not offered. Shown on the store and on every product. Written by `support_profile_save`.
    """

    provider = models.OneToOneField(
        Provider, on_delete=models.PROTECT, related_name="support_profile", verbose_name=_("provider")
    )
    phone = models.CharField(_("phone"), max_length=24, blank=True)
    phone_hours_zh = models.CharField(_("phone hours (Chinese)"), max_length=120, blank=True)
    phone_hours_en = models.CharField(_("phone hours (English)"), max_length=120, blank=True)
    technical_zh = models.TextField(_("technical support (Chinese)"), max_length=1000, blank=True)
    technical_en = models.TextField(_("technical support (English)"), max_length=1000, blank=True)
    product_zh = models.TextField(_("product support (Chinese)"), max_length=1000, blank=True)
    product_en = models.TextField(_("product support (English)"), max_length=1000, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("support profile")
        verbose_name_plural = _("support profiles")

    def __str__(self) -> str:
        return str(self.provider_id)
