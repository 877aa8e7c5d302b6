"""What is laid over a provider: placing, lifting, ending by itself, and what that does to its display (§9(6)3, §20)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput
from core.periods import end_of_days
from notifications.services import notify_many
from providers import reactions
from providers.models import Provider, Restriction
from providers.selectors import (
    hidden_interval,
    is_displayed,
    provider_locked,
    restriction_open,
    staff_users,
)
from providers.services.guards import both_languages, record, require_member, require_reason
from providers.types import HIDING, OWN, Permission, ProviderState, RestrictionKind
from regulation.models import DecisionRecord
from regulation.types import Text

LEAVE_REFERENCE = "leave"
LONGEST_LEAVE_DAYS = 90


@act
def restriction_place(
    *,
    provider: Provider,
    kind: str,
    reason: Text | str,
    reference: str = "",
    starts_at: datetime | None = None,
    until: datetime | None = None,
    details: Mapping[str, Any] | None = None,
    clauses: Iterable[str] = (),
    decision: DecisionRecord | None = None,
    actor: Actor,
    now: datetime,
) -> Restriction:
    """Lay a restriction over a provider, from `starts_at` (now) to `until` (until it is lifted) (§9(6)3, §20(2),
    §20(5)).

    One open restriction a kind and reference: placing it again returns the one in force and changes nothing. The team
    is told. Raises InvalidInput (kind, reason, until).
    """
    if kind not in set(RestrictionKind):
        raise InvalidInput(_("There is no such restriction."), field="kind")
    words = both_languages(reason)
    require_reason(words.zh)
    begins = max(starts_at or now, now)
    if until is not None and until <= begins:
        raise InvalidInput(_("It must end after it begins."), field="until")
    locked = provider_locked(provider.pk)
    known = restriction_open(locked, kind, reference)
    if known is not None and known.in_force_at(now):
        return known
    if known is not None and known.until is not None and known.until <= now:
        _close(known, actor=SYSTEM, reason="ended", now=now)
    elif known is not None:
        return known
    placed = Restriction.objects.create(
        provider=locked,
        kind=kind,
        reference=reference,
        reason_zh=words.zh[:500],
        reason_en=words.en[:500],
        details=dict(details or {}),
        clauses=list(clauses),
        decision=decision,
        placed_by=actor.reference,
        placed_at=now,
        starts_at=begins,
        until=until,
    )
    record(
        "restriction_place",
        actor,
        locked,
        {},
        {"kind": kind, "reference": reference, "until": until, "reason": words.as_json(), "clauses": list(clauses)},
        now,
        decision=decision,
    )
    display_settle(provider=locked, now=now)
    _copy_display(locked, provider)
    if begins <= now:
        reactions.restriction_changed(locked, kind, now)
    if kind not in OWN:
        _tell("restriction_placed", locked, placed, now)
    return placed


@act
def restriction_lift(
    *, provider: Provider, kind: str, reference: str = "", reason: str, actor: Actor, now: datetime
) -> bool:
    """End a restriction before its time, or one that had none. Others over the same provider stay.

    False where there is none in force. Raises InvalidInput without a reason.
    """
    why = require_reason(reason)
    locked = provider_locked(provider.pk)
    known = restriction_open(locked, kind, reference)
    if known is None:
        return False
    _close(known, actor=actor, reason=why, now=now)
    record("restriction_lift", actor, locked, {"kind": kind, "reference": reference}, {"reason": why}, now)
    display_settle(provider=locked, now=now)
    _copy_display(locked, provider)
    reactions.restriction_changed(locked, kind, now)
    if kind not in OWN:
        _tell("restriction_lifted", locked, known, now)
    return True


@act
def restriction_end(*, restriction_id: int, now: datetime) -> bool:
    """Mark a restriction whose end has come (§20(2)). It was out of force from its `until` on; False where nothing is
    due.
    """
    provider_id = Restriction.objects.filter(pk=restriction_id).values_list("provider_id", flat=True).first()
    if provider_id is None:
        return False
    locked = provider_locked(provider_id)
    known = Restriction.objects.get(pk=restriction_id)
    if known.lifted_at is not None or known.until is None or known.until > now:
        return False
    _close(known, actor=SYSTEM, reason="ended", now=now)
    record(
        "restriction_end",
        SYSTEM,
        locked,
        {"kind": known.kind, "reference": known.reference},
        {"until": known.until},
        now,
    )
    display_settle(provider=locked, now=now)
    reactions.restriction_changed(locked, known.kind, now)
    if known.kind not in OWN:
        _tell("restriction_lifted", locked, known, now)
    return True


@act
def leave_take(
    *, provider: Provider, starts_at: datetime, until: datetime, reason: str, actor: Actor, now: datetime
) -> Restriction:
    """The provider hides its store for a while, such as over a holiday; what was bought goes on being served.

    Raises InvalidInput (starts_at, until, reason): it begins now or later and lasts at most 90 days.
    """
    require_member(actor, provider, Permission.STORE)
    if until <= max(starts_at, now):
        raise InvalidInput(_("The store must open again after it closes."), field="until")
    if until > end_of_days(max(starts_at, now), LONGEST_LEAVE_DAYS):
        raise InvalidInput(_("A leave lasts at most 90 days."), field="until")
    locked = provider_locked(provider.pk)
    if restriction_open(locked, RestrictionKind.ON_LEAVE, LEAVE_REFERENCE) is not None:
        raise InvalidInput(_("A leave is set already. End it before setting another."), field="starts_at")
    return restriction_place(
        provider=provider,
        kind=RestrictionKind.ON_LEAVE,
        reference=LEAVE_REFERENCE,
        reason=reason,
        starts_at=max(starts_at, now),
        until=until,
        actor=actor,
        now=now,
    )


@act
def leave_end(*, provider: Provider, actor: Actor, now: datetime) -> bool:
    """The provider opens its store again before the leave was over. False where there was none."""
    require_member(actor, provider, Permission.STORE)
    return restriction_lift(
        provider=provider,
        kind=RestrictionKind.ON_LEAVE,
        reference=LEAVE_REFERENCE,
        reason="ended by the provider",
        actor=actor,
        now=now,
    )


@act
def display_turn(*, provider_id: int, now: datetime) -> bool:
    """Tell upper apps that a provider's display has turned by the clock. False where it has not."""
    locked = provider_locked(provider_id)
    before = locked.shown
    display_settle(provider=locked, now=now)
    return locked.shown != before


def display_settle(*, provider: Provider, now: datetime) -> None:
    """Bring the provider's columns in line with what is laid over it, and tell upper apps where the display turned.

    The caller holds the provider's lock.
    """
    over = Restriction.objects.filter(provider=provider, lifted_at__isnull=True, kind__in=list(HIDING))
    start, end = hidden_interval(over, now)
    shown = provider.state == ProviderState.ACTIVE and is_displayed(provider, now)
    turned = shown != provider.shown
    provider.hidden, provider.hidden_from, provider.hidden_until = start is not None, start, end
    provider.shown = shown
    provider.save(update_fields=["hidden", "hidden_from", "hidden_until", "shown"])
    if turned:
        reactions.display_changed(provider, shown, now)


def _close(known: Restriction, *, actor: Actor, reason: str, now: datetime) -> None:
    known.lifted_at = known.until if known.until is not None and known.until <= now else now
    known.lifted_by, known.lift_reason = actor.reference, reason
    known.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])


def _copy_display(locked: Provider, given: Provider) -> None:
    """The caller's object says what is true now, too."""
    for name in ("hidden", "hidden_from", "hidden_until", "shown"):
        setattr(given, name, getattr(locked, name))


def _tell(kind: str, provider: Provider, restriction: Restriction, now: datetime) -> None:
    notify_many(
        recipients=staff_users(provider, Permission.SEE),
        kind=f"providers.{kind}",
        subject=provider.subject,
        context={
            "restriction": _NAMES[RestrictionKind(restriction.kind)].as_json(),
            "effect": (_HIDDEN if restriction.kind in HIDING else _NOT_HIDDEN).as_json(),
            "reason": {"zh-hans": restriction.reason_zh, "en": restriction.reason_en},
            "until": restriction.until or _OPEN.as_json(),
        },
        link="/console/standing/",
        now=now,
    )


_OPEN = Text("解除为止", "it is lifted")
_HIDDEN = Text(
    "店铺和商品暂不展示，不接新订单；已售出的照常使用、可以续费。",
    "The store and its products are hidden and take no new orders; what was bought goes on working and can be renewed.",
)
_NOT_HIDDEN = Text("店铺和商品照常展示。", "The store and its products stay visible.")
_NAMES = {
    RestrictionKind.FROZEN: Text("店铺冻结", "Store frozen"),
    RestrictionKind.DEPOSIT_SHORT: Text("保证金不足", "Deposit short"),
    RestrictionKind.ON_LEAVE: Text("店铺休假", "On leave"),
    RestrictionKind.CLOSED: Text("店铺关闭", "Store closed"),
    RestrictionKind.CONDITIONS_UNMET: Text("不再满足入驻条件", "Conditions of admission not met"),
    RestrictionKind.NO_NEW_LISTINGS: Text("暂停新商品上架", "No new products"),
    RestrictionKind.NO_NEW_ORDERS: Text("暂停接新订单", "No new orders"),
    RestrictionKind.PAYOUT_HELD: Text("暂停打款", "Payouts held"),
    RestrictionKind.MESSAGING_MUTED: Text("暂停发送消息", "Messages muted"),
    RestrictionKind.DISPLAY_LOWERED: Text("降低展示", "Shown lower"),
    RestrictionKind.CATEGORIES_LIMITED: Text("限制商品类目", "Categories limited"),
}
