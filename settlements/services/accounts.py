"""Where a provider is paid to."""

import re
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.acts import Actor, act
from core.errors import InvalidInput, NotPermitted
from notifications.services import notify_many
from providers.models import Provider
from providers.selectors import provider_locked, staff_users
from providers.types import Permission
from regulation.services import audit_record
from settlements.models import PayoutAccount
from settlements.services.statements import require_money

_NUMBER = re.compile(r"[0-9A-Za-z]{6,34}")


@act
def payout_account_set(
    *, provider: Provider, holder: str, bank: str, account: str, actor: Actor, now: datetime
) -> PayoutAccount:
    """Set the bank account that a provider is paid to; everybody who sees its money is told.

    The holder must be the provider's own legal subject (§9(3)). Raises InvalidInput (`holder`, `bank`, `account`).
    """
    locked = provider_locked(provider.pk)
    require_money(actor, locked)
    if actor.id is None:
        raise NotPermitted(_("Sign in to do this."))
    name, place, number = holder.strip(), bank.strip(), re.sub(r"[\s-]", "", account)
    if "".join(name.split()) != "".join((locked.legal_name or "").split()):
        raise InvalidInput(
            _("The account must be held by %(name)s itself.") % {"name": locked.legal_name},
            field="holder",
            clauses=("9(3)",),
        )
    if not place:
        raise InvalidInput(_("Name the bank and its branch."), field="bank")
    if not _NUMBER.fullmatch(number):
        raise InvalidInput(_("This is not an account number."), field="account")
    current = PayoutAccount.objects.select_for_update().filter(provider=locked, replaced_at__isnull=True).first()
    if current is not None and (current.holder, current.bank, current.account) == (name, place[:120], number):
        return current
    if current is not None:
        current.replaced_at = now
        current.save(update_fields=["replaced_at"])
    kept = PayoutAccount.objects.create(
        provider=locked, holder=name[:120], bank=place[:120], account=number, set_by_id=actor.id, set_at=now
    )
    audit_record(
        act="settlement.payout_account_set",
        actor=actor,
        subject=locked.subject,
        before={"account": str(current) if current else ""},
        after={"account": str(kept)},
        now=now,
    )
    notify_many(
        recipients=staff_users(locked, Permission.MONEY_SEE),
        kind="settlement.account_changed",
        subject=locked.subject,
        context={"account": str(kept)},
        now=now,
        link="/console/finance/",
    )
    return kept
