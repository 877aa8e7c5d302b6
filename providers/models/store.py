"""The store, and the people who work for it (§5)."""

import pgtrigger
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from providers.models.provider import Provider
from providers.storage import logo_path
from providers.types import Role

ROLES = [
    (Role.OWNER, _("owner")),
    (Role.MANAGER, _("manager")),
    (Role.SUPPORT, _("support")),
    (Role.FINANCE, _("finance")),
]


class Store(models.Model):
    """Under which name and address does this provider show and sell its products? (§5)

    Made with the approval. Whether it is seen is said by the provider's state and restrictions, not here.
    """

    provider = models.OneToOneField(
        Provider, on_delete=models.PROTECT, related_name="store", verbose_name=_("provider")
    )
    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=60)
    introduction_zh = models.TextField(_("introduction (Chinese)"), blank=True)
    introduction_en = models.TextField(_("introduction (English)"), blank=True)
    after_sales_zh = models.TextField(_("after-sales service (Chinese)"), blank=True)
    after_sales_en = models.TextField(_("after-sales service (English)"), blank=True)
    logo = models.FileField(_("logo"), storage=default_storage, upload_to=logo_path, blank=True, max_length=200)
    logo_type = models.CharField(max_length=40, blank=True)
    logo_sha = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(_("created at"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name_zh="") & ~Q(name_en=""), name="store_has_names"),
            models.CheckConstraint(condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"), name="store_slug_plain"),
        ]
        triggers = [pgtrigger.Protect(name="store_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh

    @property
    def introduction(self) -> str:
        """The introduction in the language of the page."""
        return self.introduction_en if (get_language() or "").startswith("en") else self.introduction_zh


class StaffMember(models.Model):
    """Who works for this provider, as what, and since when? Somebody who left stays readable."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="staff", verbose_name=_("provider"))
    user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="memberships", verbose_name=_("account")
    )
    role = models.CharField(_("role"), max_length=10, choices=ROLES)
    joined_at = models.DateTimeField(_("joined at"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of the team")
        verbose_name_plural = _("team")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="staff_role_known"),
            models.UniqueConstraint(fields=["provider", "user"], condition=Q(left_at__isnull=True), name="staff_once"),
            models.UniqueConstraint(
                fields=["provider"], condition=Q(left_at__isnull=True, role="owner"), name="staff_one_owner"
            ),
        ]
        indexes = [models.Index(fields=["user"], name="staff_of_user", condition=Q(left_at__isnull=True))]
        triggers = [pgtrigger.Protect(name="staff_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class StaffInvitation(models.Model):
    """Who was asked to join, as what, and did they? Only a digest of the link's secret is kept."""

    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("provider")
    )
    email = models.EmailField(_("e-mail"), max_length=254)
    role = models.CharField(_("role"), max_length=10, choices=ROLES)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    revoked_at = models.DateTimeField(pgettext_lazy("providers", "taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["manager", "support", "finance"]), name="invitation_role_known"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="invitation_expires_after"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True), name="invitation_one_end"
            ),
            models.UniqueConstraint(
                fields=["provider", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.role}"
