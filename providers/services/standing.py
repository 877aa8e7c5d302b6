"""How a provider stands and how it leaves: the daily check of its conditions (§9, §24(2)), exits and the register of
25.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import identity_of
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from core.periods import end_of_working_days
from core.references import new_number
from notifications.services import notify_many
from providers import reactions
from providers.decisions import decided
from providers.models import ConditionAnswer, PlatformCondition, Provider, ReentryBar, StaffMember, Store
from providers.selectors import (
    conditions_asked,
    platform_provider,
    provider_locked,
    rulebook_of_provider,
    staff_users,
    subjects_behind,
    terms_for,
    unmet_standing,
)
from providers.services.guards import record, require_member, require_operator, require_reason
from providers.services.restrictions import display_settle, restriction_lift, restriction_place
from providers.types import (
    ExitKind,
    Permission,
    ProviderKind,
    ProviderState,
    Requirement,
    RestrictionKind,
    Role,
)
from regulation.models import DecisionRecord
from regulation.selectors import rulebook_at
from regulation.services import audit_record, decision_record
from regulation.types import Decision, Text, cite

CONDITIONS_REFERENCE = "conditions"
STAYING = {ProviderState.ACTIVE, ProviderState.LEAVING}


@act
def conditions_check(*, provider_id: int, now: datetime) -> list[Requirement]:
    """Judge an admitted provider's conditions again (§9, §24(2)); those no longer met are returned.

    What is no longer met hides the store until it is mended; the time to mend it runs from the first finding, and the
    display comes back by itself. Doing it twice changes nothing.
    """
    locked = provider_locked(provider_id)
    if locked.state not in STAYING or locked.is_platform:
        return []
    failing = unmet_standing(locked, now)
    locked.conditions_checked_at = now
    if failing and locked.conditions_unmet_since is None:
        _conditions_lost(locked, failing, now)
    elif not failing and locked.conditions_unmet_since is not None:
        _conditions_met_again(locked, now)
    else:
        locked.save(update_fields=["conditions_checked_at"])
    return failing


def _conditions_lost(provider: Provider, failing: list[Requirement], now: datetime) -> None:
    rulebook = rulebook_of_provider(provider, now)
    cure_by = end_of_working_days(now, rulebook.parameter("provider.cure_working_days"))
    provider.conditions_unmet_since, provider.cure_by, provider.cure_proposed_at = now, cure_by, None
    provider.save(update_fields=["conditions_checked_at", "conditions_unmet_since", "cure_by", "cure_proposed_at"])
    names = Text("；".join(one.title.zh for one in failing), "; ".join(one.title.en for one in failing))
    clauses = cite("24(2)", *(one.clause for one in failing))
    decision = decision_record(
        decision=Decision(
            "provider.conditions",
            rulebook.version,
            "unmet",
            {"cure_by": cure_by},
            clauses,
            Text(f"不再满足入驻条件：{names.zh}。", f"Conditions of admission are no longer met: {names.en}."),
        ),
        facts={"conditions": [one.as_json() for one in failing]},
        subject=provider.subject,
        now=now,
        terms=terms_for(provider, now),
    )
    record("conditions_lost", SYSTEM, provider, {}, {"unmet": [one.key for one in failing]}, now, decision=decision)
    restriction_place(
        provider=provider,
        kind=RestrictionKind.CONDITIONS_UNMET,
        reference=CONDITIONS_REFERENCE,
        reason=names,
        clauses=clauses,
        decision=decision,
        actor=SYSTEM,
        now=now,
    )
    notify_many(
        recipients=staff_users(provider, Permission.PAPERS),
        kind="providers.conditions_unmet",
        subject=provider.subject,
        context={"conditions": names.as_json(), "cure_by": cure_by},
        link="/console/documents/",
        now=now,
    )
    reactions.conditions_unmet(provider, failing, cure_by, now)


def _conditions_met_again(provider: Provider, now: datetime) -> None:
    provider.conditions_unmet_since = provider.cure_by = provider.cure_proposed_at = None
    provider.save(update_fields=["conditions_checked_at", "conditions_unmet_since", "cure_by", "cure_proposed_at"])
    record("conditions_met_again", SYSTEM, provider, {}, {"unmet": []}, now)
    restriction_lift(
        provider=provider,
        kind=RestrictionKind.CONDITIONS_UNMET,
        reference=CONDITIONS_REFERENCE,
        reason="all conditions are met again",
        actor=SYSTEM,
        now=now,
    )


@act
def cure_expire(*, provider_id: int, now: datetime) -> bool:
    """The time to meet the conditions again has passed: clearance may be proposed (§24(2)). False where nothing is
    due.
    """
    failing = conditions_check(provider_id=provider_id, now=now)
    locked = provider_locked(provider_id)
    if not failing or locked.cure_by is None or locked.cure_by > now or locked.cure_proposed_at is not None:
        return False
    locked.cure_proposed_at = now
    locked.save(update_fields=["cure_proposed_at"])
    record("cure_expire", SYSTEM, locked, {"cure_by": locked.cure_by}, {"unmet": [one.key for one in failing]}, now)
    reactions.cure_expired(locked, failing, now)
    return True


@act
def condition_declare(*, provider: Provider, condition: PlatformCondition, actor: Actor, now: datetime) -> None:
    """A provider declares that it meets one of the platform's own conditions (§9(7)). Raises NotAllowed where an
    operator says so.
    """
    require_member(actor, provider, Permission.PAPERS)
    if condition.answered_by != "provider" or condition not in conditions_asked(provider, now):
        raise NotAllowed(_("This condition is not yours to declare."), clauses=["9(7)"])
    ConditionAnswer.objects.update_or_create(
        provider=provider,
        condition=condition,
        defaults={"met": True, "note": "", "answered_by": actor.reference, "answered_at": now},
    )
    record("condition_declare", actor, provider, {}, {"condition": condition.code}, now)


@act
def platform_condition_add(
    *,
    code: str,
    title: Text,
    text: Text,
    for_kind: str,
    answered_by: str,
    effective_at: datetime,
    actor: Actor,
    now: datetime,
) -> PlatformCondition:
    """The platform asks for something more (§9(7)), of those it names, from a moment on. Raises InvalidInput naming
    the field.
    """
    require_operator(actor)
    if for_kind not in {"", *ProviderKind}:
        raise InvalidInput(_("Choose of whom it is asked."), field="for_kind")
    if answered_by not in {"provider", "operator"}:
        raise InvalidInput(_("Choose who says that it is met."), field="answered_by")
    if effective_at < now:
        raise InvalidInput(_("It cannot be asked in the past."), field="effective_at", clauses=["28"])
    if PlatformCondition.objects.filter(code=code).exists():
        raise InvalidInput(_("There is such a code already."), field="code")
    made = PlatformCondition.objects.create(
        code=code,
        title_zh=title.zh,
        title_en=title.en,
        text_zh=text.zh,
        text_en=text.en,
        for_kind=for_kind,
        answered_by=answered_by,
        effective_at=effective_at,
    )
    audit_record(
        act="platform_condition_add",
        actor=actor,
        subject=f"condition:{code}",
        before={},
        after={"title": title.as_json(), "for": for_kind, "answered_by": answered_by, "effective_at": effective_at},
        now=now,
    )
    return made


@act
def platform_condition_retire(
    *, condition: PlatformCondition, reason: str, actor: Actor, now: datetime
) -> PlatformCondition:
    """The platform no longer asks for one of its own conditions (§9(7)). Raises InvalidInput without a reason."""
    require_operator(actor)
    why = require_reason(reason)
    found = PlatformCondition.objects.select_for_update(no_key=True).get(pk=condition.pk)
    if found.retired_at is None:
        found.retired_at = max(now, found.effective_at)
        found.save(update_fields=["retired_at"])
        audit_record(
            act="platform_condition_retire",
            actor=actor,
            subject=f"condition:{found.code}",
            before={},
            after={"retired_at": found.retired_at, "reason": why},
            now=now,
        )
    return found


@act
def platform_provider_create(
    *, owner: User, slug: str, name: Text, introduction: Text, actor: Actor, now: datetime
) -> Provider:
    """Open the platform's own store, a provider like any other (§2, §7), with a deposit of zero. The one there is, is
    returned.

    Its owner is an account with a verified enterprise behind it. Raises NotAllowed without.
    """
    require_operator(actor)
    known = platform_provider()
    if known is not None:
        return known
    identity = identity_of(owner)
    if identity is None or identity.subject_kind != ProviderKind.ENTERPRISE:
        raise NotAllowed(_("The platform's store needs an account with a verified enterprise."), clauses=["9(2)"])
    provider = Provider.objects.create(
        number=new_number("V", now),
        owner=owner,
        kind=ProviderKind.ENTERPRISE,
        is_platform=True,
        created_at=now,
    )
    provider.admit(
        legal_name=identity.legal_name,
        public_name=identity.masked_name,
        legal_number=identity.number,
        subject_index=identity.subject_index,
        now=now,
    )
    provider.save()
    Store.objects.create(
        provider=provider,
        slug=slug,
        name_zh=name.zh,
        name_en=name.en,
        introduction_zh=introduction.zh,
        introduction_en=introduction.en,
        created_at=now,
        changed_at=now,
    )
    StaffMember.objects.create(provider=provider, user=owner, role=Role.OWNER, joined_at=now)
    record("platform_provider_create", actor, provider, {}, {"state": provider.state}, now)
    reactions.admitted(provider, None, actor, now)
    display_settle(provider=provider, now=now)
    return provider


@act
def provider_leaving_begin(*, provider: Provider, actor: Actor, now: datetime) -> Provider:
    """A provider begins to leave (§22, §23): nothing of it is shown or sold any more, what was sold is wound up."""
    locked = provider_locked(provider.pk)
    _expect(locked, {ProviderState.ACTIVE})
    locked.begin_leaving()
    return _left(locked, "provider_leaving_begin", "active", actor, now)


@act
def provider_leaving_withdraw(*, provider: Provider, actor: Actor, now: datetime) -> Provider:
    """A provider stays after all (§23): it is shown again where nothing else hides it."""
    locked = provider_locked(provider.pk)
    _expect(locked, {ProviderState.LEAVING})
    locked.stay()
    return _left(locked, "provider_leaving_withdraw", "leaving", actor, now)


@act
def provider_leave(*, provider: Provider, exit_kind: str, actor: Actor, now: datetime) -> Provider:
    """A provider has left, by itself (§23) or because its agreement ended (§22)."""
    if exit_kind not in {ExitKind.VOLUNTARY, ExitKind.TERMINATED}:
        raise InvalidInput(_("A provider leaves by itself or with its agreement."), field="exit_kind", clauses=["22"])
    locked = provider_locked(provider.pk)
    _expect(locked, STAYING)
    before = locked.state
    locked.leave(exit_kind=exit_kind, now=now)
    return _left(locked, "provider_leave", before, actor, now)


@act
def provider_clear_out(*, provider: Provider, decision: DecisionRecord, actor: Actor, now: datetime) -> Provider:
    """The platform clears a provider out (§24). Its money and orders are wound up by the exit."""
    locked = provider_locked(provider.pk)
    _expect(locked, STAYING)
    before = locked.state
    locked.clear_out(now=now)
    return _left(locked, "provider_clear_out", before, actor, now, decision)


@act
def provider_reinstate(*, provider: Provider, reason: str, actor: Actor, now: datetime) -> Provider:
    """A cleared provider comes back because an appeal found for it (§19). Its bars are taken back separately."""
    require_reason(reason)
    locked = provider_locked(provider.pk)
    _expect(locked, {ProviderState.CLEARED})
    locked.reinstate()
    return _left(locked, "provider_reinstate", "cleared", actor, now)


@act
def reentry_bar_record(
    *,
    provider: Provider,
    exit_kind: str,
    exited_at: datetime,
    related: Iterable[str] = (),
    actor: Actor,
    now: datetime,
) -> list[ReentryBar]:
    """Enter an exit in the re-entry register (§25), for the legal subject and, after clearance, those behind it.

    `related` holds blind indexes of further subjects that are to be barred too. The rule decides from when, or never.
    Recording it twice changes nothing.
    """
    locked = provider_locked(provider.pk)
    decision, facts = decided(
        "exit.reapply", rulebook_at(exited_at), exit=exit_kind, exited_at=exited_at, at=max(exited_at, now)
    )
    kept = decision_record(decision=decision, facts=facts, subject=locked.subject, now=now)
    subjects = [locked.subject_index]
    if exit_kind == ExitKind.CLEARED_OUT:
        subjects += [*subjects_behind(locked, None), *related]
    bars = []
    for index in dict.fromkeys(subjects):
        bar, _created = ReentryBar.objects.get_or_create(
            subject_index=index,
            provider=locked,
            exited_at=exited_at,
            defaults={
                "relation": "provider" if index == locked.subject_index else "behind_provider",
                "exit_kind": exit_kind,
                "allowed_from": decision.values["allowed_from"],
                "never": decision.outcome == "never",
                "decision": kept,
                "recorded_at": now,
            },
        )
        bars.append(bar)
    record(
        "reentry_bar_record", actor, locked, {}, {"exit": exit_kind, "outcome": decision.outcome}, now, decision=kept
    )
    return bars


@act
def reentry_bar_revoke(*, provider: Provider, reason: str, actor: Actor, now: datetime) -> int:
    """Take a provider's bars back because an appeal found for it (§19); they stay on record. Returns how many there
    were.
    """
    why = require_reason(reason)
    locked = provider_locked(provider.pk)
    taken = ReentryBar.objects.filter(provider=locked, revoked_at__isnull=True).update(
        revoked_at=now, revoked_reason=why
    )
    if taken:
        record("reentry_bar_revoke", actor, locked, {"bars": taken}, {"reason": why}, now)
    return taken


def _expect(provider: Provider, states: set[ProviderState]) -> None:
    if provider.state not in states:
        raise NotAllowed(_("The provider's state does not allow this now."), clauses=["22"])


def _left(
    locked: Provider,
    name: str,
    before: str,
    actor: Actor,
    now: datetime,
    decision: DecisionRecord | None = None,
) -> Provider:
    locked.save(update_fields=["state", "exit_kind", "exited_at"])
    record(name, actor, locked, {"state": before}, {"state": locked.state}, now, decision=decision)
    display_settle(provider=locked, now=now)
    return locked
