"""The journal and what follows from it.

Written by `ledger.services` only, kept by the database itself (see `ledger.triggers`).
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.money import MoneyField, format_yuan
from ledger import triggers
from ledger.types import CARRYING, PATH_LENGTH, SUMMED

_PATH = rf"^({'|'.join((*CARRYING, *SUMMED))})(:[A-Za-z0-9_.-]+)+$"
_CARRYING_PATH = rf"^({'|'.join(CARRYING)})(:[A-Za-z0-9_.-]+)+$"


class Transaction(models.Model):
    """Something that moved money, once. Answers "why did these entries happen, and for what?".

    The key names the act (`order:O260302-7K3QF9-8:settle`), the hash what it stood for: the same key with the
    same input is the same transaction. Never changed; undone by another transaction that names it.
    """

    key = models.CharField(max_length=160, unique=True, verbose_name=pgettext_lazy("ledger", "key"))
    input_hash = models.CharField(max_length=64, verbose_name=_("fingerprint"))
    subject = models.CharField(max_length=80, verbose_name=_("about"))
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=pgettext_lazy("ledger", "reverses"),
    )
    posted_at = models.DateTimeField(verbose_name=_("posted at"))

    class Meta:
        verbose_name = _("Transaction")
        verbose_name_plural = _("Transactions")
        indexes = [models.Index(fields=["subject", "id"], name="ledger_transaction_subject")]
        triggers = [
            *triggers.append_only("ledger_transaction", pgtrigger.Update, pgtrigger.Delete),
            triggers.reversal_guard(),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One movement: `amount` yuan from one account to another. Answers "where did the money come from, where did
    it go?".
    """

    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="entries", db_index=False, verbose_name=_("transaction")
    )
    position = models.PositiveSmallIntegerField(verbose_name=_("position"))
    source = models.CharField(max_length=PATH_LENGTH, verbose_name=_("from account"))
    destination = models.CharField(max_length=PATH_LENGTH, verbose_name=_("to account"))
    amount = MoneyField(verbose_name=_("amount"))
    posted_at = models.DateTimeField(verbose_name=_("posted at"))

    class Meta:
        verbose_name = _("Entry")
        verbose_name_plural = _("Entries")
        indexes = [
            models.Index(fields=["source", "posted_at"], include=["amount"], name="ledger_entry_out"),
            models.Index(fields=["destination", "posted_at"], include=["amount"], name="ledger_entry_in"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "position"], name="ledger_entry_place"),
            models.CheckConstraint(name="ledger_entry_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="ledger_entry_two_accounts", condition=~Q(source=F("destination"))),
            models.CheckConstraint(
                name="ledger_entry_known_accounts",
                condition=Q(source__regex=_PATH) & Q(destination__regex=_PATH),
            ),
        ]
        triggers = [
            *triggers.append_only("ledger_entry", pgtrigger.Update, pgtrigger.Delete),
            triggers.entries_apply(),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.destination} {format_yuan(self.amount)}"


class Balance(models.Model):
    """What an account holds now, and how much of it is reserved. Derived: it follows entries and holds, never a hand.

    Only accounts that hold somebody's money have one; those of the platform and of the gateways are sums of their
    entries.
    """

    path = models.CharField(max_length=PATH_LENGTH, primary_key=True, verbose_name=_("ledger account"))
    balance = MoneyField(verbose_name=_("balance"))
    held = MoneyField(default=0, verbose_name=pgettext_lazy("ledger", "held"))

    class Meta:
        verbose_name = _("Balance")
        verbose_name_plural = _("Balances")
        constraints = [
            models.CheckConstraint(name="ledger_balance_not_negative", condition=Q(balance__gte=0)),
            models.CheckConstraint(name="ledger_balance_held_not_negative", condition=Q(held__gte=0)),
            models.CheckConstraint(name="ledger_balance_covers_holds", condition=Q(balance__gte=F("held"))),
            models.CheckConstraint(name="ledger_balance_known_account", condition=Q(path__regex=_CARRYING_PATH)),
        ]
        triggers = triggers.balance_guards()

    def __str__(self) -> str:
        return self.path


class Hold(models.Model):
    """Part of a balance that may not leave for now, and why. Answers "why can this money not be paid out?"."""

    key = models.CharField(max_length=160, unique=True, verbose_name=pgettext_lazy("ledger", "key"))
    path = models.CharField(max_length=PATH_LENGTH, verbose_name=_("ledger account"))
    amount = MoneyField(verbose_name=_("amount"))
    subject = models.CharField(max_length=80, verbose_name=_("about"))
    placed_at = models.DateTimeField(verbose_name=_("placed at"))
    released_at = models.DateTimeField(null=True, blank=True, verbose_name=_("released at"))

    class Meta:
        verbose_name = _("Hold")
        verbose_name_plural = _("Holds")
        indexes = [
            models.Index(fields=["path"], name="ledger_hold_open", condition=Q(released_at__isnull=True)),
            models.Index(fields=["subject"], name="ledger_hold_subject"),
        ]
        constraints = [
            models.CheckConstraint(name="ledger_hold_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="ledger_hold_released_after",
                condition=Q(released_at__isnull=True) | Q(released_at__gte=F("placed_at")),
            ),
        ]
        triggers = triggers.holds_apply()

    def __str__(self) -> str:
        return self.key
