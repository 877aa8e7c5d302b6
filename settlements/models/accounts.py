"""Where providers are paid to."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField, mask


class PayoutAccount(models.Model):
    """To which bank account is a provider paid? The account number is encrypted; a changed account is a new row.

    The holder is the provider's own legal subject, so that money owed to one never goes to another.
    """

    provider = models.ForeignKey(
        "providers.Provider", verbose_name=_("provider"), on_delete=models.PROTECT, related_name="payout_accounts"
    )
    holder = models.CharField(_("account holder"), max_length=120)
    bank = models.CharField(_("bank"), max_length=120)
    account = EncryptedTextField(_("account number"))
    set_by = models.ForeignKey("accounts.User", verbose_name=_("set by"), on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    class Meta:
        verbose_name = _("payout account")
        verbose_name_plural = _("payout accounts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], name="payout_account_one", condition=Q(replaced_at__isnull=True)
            )
        ]
        triggers = [
            pgtrigger.Protect(name="payout_account_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="payout_account_fixed", exclude=["replaced_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.masked}"

    @property
    def masked(self) -> str:
        """The number as it is shown."""
        return mask(self.account, "card")
