"""People who sign in, the legal subject behind each account, and the keys their systems use."""

from typing import Any

import pgtrigger
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.contacts import normalize_email, normalize_phone
from accounts.types import BlockKind, IdentityState, SubjectKind
from core.encryption import EncryptedTextField, mask
from core.fsm import FSMField, FSMModelMixin, transition

LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]


class AddressField(models.EmailField):
    """An e-mail address in lower case. Nothing is NULL, also where django-allauth writes an empty text."""

    def get_prep_value(self, value: Any) -> Any:
        return normalize_email(super().get_prep_value(value))


class UserManager(BaseUserManager["User"]):
    """Makes accounts. Pages and commands go through `accounts.services.account_create`, which also audits."""

    def create_user(
        self, email: str | None = None, phone: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """An account that signs in by e-mail, phone or both; without a password it cannot sign in by one."""
        email, phone = normalize_email(email), normalize_phone(phone)
        fields.setdefault("display_name", default_display_name(email, phone))
        return self.create(email=email, phone=phone, password=make_password(password), **fields)

    def create_superuser(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """An operator who holds every role (the `operator_create` command is the usual way in)."""
        return self.create_user(email=email, password=password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account of an e-mail address."""
        return self.get(email=normalize_email(username))


def default_display_name(email: str | None, phone: str | None) -> str:
    """What to call somebody who gave no name: their masked number or what stands before the @."""
    if email:
        return email.partition("@")[0][:40]
    return mask(phone, "phone") if phone else ""


class User(AbstractBaseUser, PermissionsMixin):
    """Who signs in? A person with an e-mail address, a mobile number, or both (§9(1)).

    Operators are accounts with `is_staff`; what they work on is said by their roles, which are groups. Written by
    `accounts.services` and, for the address itself, by the sign-in pages of django-allauth.
    """

    email = AddressField(_("e-mail"), unique=True, null=True, blank=True, max_length=254)
    phone = models.CharField(_("mobile number"), unique=True, null=True, blank=True, max_length=16)
    phone_verified_at = models.DateTimeField(_("mobile number verified at"), null=True, blank=True)
    display_name = models.CharField(_("display name"), max_length=60)
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES, default="zh-hans")
    is_active = models.BooleanField(pgettext_lazy("accounts", "active"), default=True)
    is_staff = models.BooleanField(_("operator"), default=False)
    joined_at = models.DateTimeField(_("joined at"), db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(condition=Q(email__isnull=False) | Q(phone__isnull=False), name="account_reachable"),
            models.CheckConstraint(
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[1-9][0-9]{5,14}$"), name="account_phone_e164"
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=True) | Q(email__contains="@"), name="account_email_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or default_display_name(self.email, self.phone)

    def get_full_name(self) -> str:
        return self.display_name

    get_short_name = get_full_name

    @property
    def is_operator(self) -> bool:
        """Whether this account works for the platform."""
        return self.is_active and self.is_staff

    @cached_property
    def roles(self) -> frozenset[str]:
        """The names of the roles held (one query for as long as the object lives)."""
        return frozenset(group.name for group in self.groups.all())

    def has_role(self, name: str) -> bool:
        """Whether this operator works on `name`; a superuser works on everything."""
        return self.is_operator and (self.is_superuser or name in self.roles)

    @property
    def masked_email(self) -> str:
        return mask(self.email, "email") if self.email else ""

    @property
    def masked_phone(self) -> str:
        return mask(self.phone.removeprefix("+86"), "phone") if self.phone else ""


class IdentityVerification(FSMModelMixin, models.Model):
    """Which legal subject stands behind the account, and did the register agree? (§9(2))

    Name and number are encrypted where stored; `subject_index` finds the same subject again without reading
    them (§25). What was asked never changes; only the answer is added.
    """

    user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="identity_verifications", verbose_name=_("account")
    )
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=[(SubjectKind.INDIVIDUAL, _("individual")), (SubjectKind.ENTERPRISE, _("enterprise"))],
    )
    legal_name = EncryptedTextField(_("legal name"))
    number = EncryptedTextField(_("identity number"))
    subject_index = models.CharField(_("subject index"), max_length=64, db_index=True)
    state = FSMField(
        _("state"),
        default=IdentityState.PENDING,
        choices=[
            (IdentityState.PENDING, pgettext_lazy("real name", "being checked")),
            (IdentityState.VERIFIED, pgettext_lazy("real name", "verified")),
            (IdentityState.REFUSED, pgettext_lazy("real name", "refused")),
            (IdentityState.REVOKED, pgettext_lazy("real name", "revoked")),
        ],
        protected=True,
        max_length=12,
    )
    register = models.CharField(_("register"), max_length=120, blank=True)
    answer = models.CharField(_("answer of the register"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"))
    settled_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("real-name verification")
        verbose_name_plural = _("real-name verifications")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["pending", "verified"]), name="identity_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "verified", "refused", "revoked"]), name="identity_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", settled_at__isnull=True) | Q(settled_at__isnull=False),
                name="identity_settled_has_moment",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="identity_states",
                field="state",
                transitions=[("pending", "verified"), ("pending", "refused"), ("verified", "revoked")],
            ),
            pgtrigger.ReadOnly(
                name="identity_asked_once",
                fields=["user", "kind", "legal_name", "number", "subject_index", "submitted_at"],
            ),
            pgtrigger.Protect(name="identity_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.masked_name} {self.masked_number}"

    @property
    def masked_name(self) -> str:
        """A company's name is public; a person's shows its first character."""
        return self.legal_name if self.kind == SubjectKind.ENTERPRISE else mask(self.legal_name, "name")

    @property
    def masked_number(self) -> str:
        return mask(self.number, "id")

    @transition(state, source=IdentityState.PENDING, target=IdentityState.VERIFIED)
    def verify(self, *, register: str, answer: str, now: Any) -> None:
        """The register knows this name under this number."""
        self.register, self.answer, self.settled_at = register, answer, now

    @transition(state, source=IdentityState.PENDING, target=IdentityState.REFUSED)
    def refuse(self, *, register: str, answer: str, now: Any) -> None:
        """The register does not."""
        self.register, self.answer, self.settled_at = register, answer, now

    @transition(state, source=IdentityState.VERIFIED, target=IdentityState.REVOKED)
    def revoke(self, *, reason: str, now: Any) -> None:
        """An operator found that it no longer holds."""
        self.reason, self.settled_at = reason, now


class Block(models.Model):
    """Who may not come back under a new account? Addresses, numbers and legal subjects, as blind indexes."""

    kind = models.CharField(
        _("kind"),
        max_length=8,
        choices=[
            (BlockKind.EMAIL, _("e-mail")),
            (BlockKind.PHONE, _("mobile number")),
            (BlockKind.SUBJECT, _("legal subject")),
        ],
    )
    index = models.CharField(_("blind index"), max_length=64)
    user = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="blocks", verbose_name=_("account")
    )
    reason = models.CharField(_("reason"), max_length=500)
    placed_at = models.DateTimeField(pgettext_lazy("accounts", "placed at"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "index", "user"], condition=Q(lifted_at__isnull=True), name="block_once"
            )
        ]
        indexes = [models.Index(fields=["kind", "index"], condition=Q(lifted_at__isnull=True), name="block_in_force")]

    def __str__(self) -> str:
        return f"{self.kind} {self.index[:8]}"


class ApiToken(models.Model):
    """Which program acts for whom, and what may it touch? Only a digest of the secret is kept."""

    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("account")
    )
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("prefix"), max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(pgettext_lazy("accounts", "expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="token_expires_after_creation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class WorkClaim(models.Model):
    """Who works on this item of an operators' queue? One operator an item, until it is put back or taken over."""

    queue = models.CharField(_("queue"), max_length=60)
    item = models.BigIntegerField(_("item"))
    operator = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="work_claims", verbose_name=_("operator")
    )
    claimed_at = models.DateTimeField(_("claimed at"))

    class Meta:
        verbose_name = _("work claim")
        verbose_name_plural = _("work claims")
        constraints = [models.UniqueConstraint(fields=["queue", "item"], name="work_claim_one_operator")]

    def __str__(self) -> str:
        return f"{self.queue}:{self.item}"
