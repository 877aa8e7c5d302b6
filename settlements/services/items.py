"""What goes into settlements, and what keeps it out for now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.acts import require_transaction
from core.errors import Conflict, InvalidInput
from settlements.models import SettlementHold, SettlementItem
from settlements.types import HoldReason, ItemKind


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item to be recorded; see `item_record`."""

    provider_id: int
    kind: str
    amount: Decimal
    reference: str
    eligible_at: datetime
    key: str = ""
    note: str = ""
    counter_account: str = ""

    @property
    def own_key(self) -> str:
        return self.key or f"{self.kind}:{self.reference}"


def item_record(
    *,
    provider_id: int,
    kind: str,
    amount: Decimal,
    reference: str,
    eligible_at: datetime,
    now: datetime,
    key: str = "",
    note: str = "",
    counter_account: str = "",
) -> SettlementItem:
    """Note what a provider is owed or owes (yuan, above zero), for settlements from `eligible_at` on (§11(1)1, §17(5)).

    A sale is noted with what the buyer paid and its fee beside it, under one reference, by whoever posts the money
    from escrow. A debt whose money has been moved out of what the provider is owed has no `counter_account`; one
    that the platform paid for it names the account to which a statement posts it. Once for `key` (kind and
    reference unless given): asked again, the first is returned. Raises Conflict for a key used with other input,
    InvalidInput for an amount not above zero.
    """
    return items_record(
        drafts=[ItemDraft(provider_id, kind, amount, reference, eligible_at, key, note, counter_account)], now=now
    )[0]


def items_record(*, drafts: Iterable[ItemDraft], now: datetime) -> list[SettlementItem]:
    """Note several items in one statement, as `item_record` does each; in the order given."""
    require_transaction()
    wanted = list(drafts)
    for draft in wanted:
        if draft.amount <= 0:
            raise InvalidInput(_("The amount must be above zero."), field="amount")
    rows = [
        SettlementItem(
            provider_id=draft.provider_id,
            key=draft.own_key,
            kind=ItemKind(draft.kind),
            amount=draft.amount,
            reference=draft.reference,
            note=draft.note[:300],
            counter_account=draft.counter_account,
            moved=Decimal("0.00") if draft.counter_account else draft.amount,
            eligible_at=draft.eligible_at,
            created_at=now,
        )
        for draft in wanted
    ]
    SettlementItem.objects.bulk_create(rows, ignore_conflicts=True)
    kept = {item.key: item for item in SettlementItem.objects.filter(key__in=[row.key for row in rows])}
    for row in rows:
        found = kept[row.key]
        if (found.provider_id, found.kind, found.amount) != (row.provider_id, row.kind, row.amount):
            raise Conflict(_("This was recorded before with another amount."))
    return [kept[row.key] for row in rows]


def item_hold(*, reference: str, reason: str, cause: str = "", now: datetime) -> None:
    """Keep what a reference earned out of statements: a refund or complaint is open, an invoice is owed (§11(1)2, §13).

    It may stand before the item does. Once for reason and `cause` (the refund's or complaint's number) while it stands.
    """
    require_transaction()
    with transaction.atomic():
        SettlementHold.objects.bulk_create(
            [SettlementHold(reference=reference, reason=HoldReason(reason), cause=cause, placed_at=now)],
            ignore_conflicts=True,
        )


def item_unhold(*, reference: str, reason: str, cause: str = "", now: datetime) -> bool:
    """End a hold; what it kept back goes into the next statement. Returns whether there was one."""
    require_transaction()
    return bool(
        SettlementHold.objects.filter(reference=reference, reason=reason, cause=cause, lifted_at__isnull=True).update(
            lifted_at=now
        )
    )
