"""How a provider is reached and how it serves (§9(3)2, §9(4))."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.encryption import mask
from providers.models.provider import Provider
from providers.types import Channel

CHANNELS = [(Channel.EMAIL, _("e-mail")), (Channel.PHONE, _("phone"))]


class Contact(models.Model):
    """Whom does the platform turn to, and was it proved that they can be reached? (§9(3)2)"""

    provider = models.OneToOneField(
        Provider, on_delete=models.PROTECT, related_name="contact", verbose_name=_("provider")
    )
    name = models.CharField(_("name"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone_verified_at = models.DateTimeField(_("phone verified at"), null=True, blank=True)
    email_verified_at = models.DateTimeField(_("e-mail verified at"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(
                condition=Q(email_verified_at__isnull=True) | ~Q(email=""), name="contact_verified_email_is_one"
            ),
            models.CheckConstraint(
                condition=Q(phone_verified_at__isnull=True) | ~Q(phone=""), name="contact_verified_phone_is_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.provider_id)

    @property
    def masked_phone(self) -> str:
        return mask(self.phone.removeprefix("+86"), "phone") if self.phone else ""

    @property
    def masked_email(self) -> str:
        return mask(self.email, "email") if self.email else ""


class ContactCode(models.Model):
    """A code on its way to a contact. Only its digest is kept; five wrong answers use it up."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="codes")
    channel = models.CharField(max_length=5, choices=CHANNELS)
    address = models.CharField(max_length=254)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["contact", "channel", "-id"], name="contact_code_latest")]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=["email", "phone"]), name="contact_code_channel_known"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="contact_code_expires_after"),
            models.CheckConstraint(condition=Q(attempts__lte=5), name="contact_code_five_tries"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.contact_id}"


class ServiceRegistration(models.Model):
    """When does this provider serve, and for how long does it answer for its work? (§9(4), §11(3), §12(1)2)

    `days` are ISO weekdays (1 Monday to 7 Sunday); `warranty_days` is what its service products promise at least.
    """

    provider = models.OneToOneField(
        Provider, on_delete=models.PROTECT, related_name="service", verbose_name=_("provider")
    )
    days = ArrayField(models.PositiveSmallIntegerField(), default=list, verbose_name=_("days"))
    opens = models.TimeField(pgettext_lazy("providers", "from"), null=True, blank=True)
    closes = models.TimeField(_("to"), null=True, blank=True)
    warranty_days = models.PositiveIntegerField(_("warranty in days"), null=True, blank=True)
    hotline = models.CharField(_("service phone"), max_length=24, blank=True)
    declared_true_at = models.DateTimeField(_("declared true at"), null=True, blank=True)

    class Meta:
        verbose_name = _("service registration")
        verbose_name_plural = _("service registrations")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True) | Q(closes__isnull=True) | Q(closes__gt=F("opens")),
                name="service_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(warranty_days__isnull=True) | Q(warranty_days__lte=3650), name="service_warranty_ten_years"
            ),
        ]

    def __str__(self) -> str:
        return str(self.provider_id)


class ServicePerson(models.Model):
    """Who serves the users? (§9(4))"""

    registration = models.ForeignKey(ServiceRegistration, on_delete=models.CASCADE, related_name="people")
    name = models.CharField(_("name"), max_length=60)
    duty = models.CharField(_("what they do"), max_length=60)
    phone = models.CharField(_("phone"), max_length=24, blank=True)

    class Meta:
        verbose_name = _("service staff")
        verbose_name_plural = _("service staff")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
