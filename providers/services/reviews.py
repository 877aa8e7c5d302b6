"""The operators' side of an application: taking it, and settling it (§9)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.selectors import identity_of
from core.acts import Actor, act
from core.errors import Conflict, InvalidInput, NotAllowed, NotPermitted
from notifications.services import notify
from providers import reactions
from providers.models import Application, ConditionAnswer, PlatformCondition, Provider, StaffMember, Store
from providers.selectors import application_locked, requirements_of, rulebook_of_provider
from providers.services.applications import ApplicationIncomplete
from providers.services.guards import record, require_operator, require_person, require_reason
from providers.services.restrictions import display_settle
from providers.types import ApplicationState, Requirement, Role, Section
from regulation.models import DecisionRecord
from regulation.services import audit_record, decision_record
from regulation.types import Decision, Text, cite

ADMISSION = "provider.admission"


class NotYourReview(NotAllowed):
    """Another operator has taken it, or nobody has."""

    code = "not_your_review"


@act
def application_claim(*, application: Application, actor: Actor, now: datetime) -> Application:
    """An operator takes an application to review it. Raises Conflict where another has it, NotAllowed where it does
    not wait.
    """
    locked = _for_review(application, actor)
    if locked.state == ApplicationState.UNDER_REVIEW:
        if locked.claimed_by_id == actor.id:
            return locked
        raise Conflict(_("Another operator is reviewing it."))
    if locked.state != ApplicationState.SUBMITTED:
        raise NotAllowed(_("It does not wait for a review."), clauses=["9"])
    locked.claim(operator_id=require_person(actor), now=now)
    locked.save(update_fields=["state", "claimed_by", "claimed_at"])
    _note("application_claim", actor, locked, {"state": "submitted"}, now)
    return locked


@act
def application_take_over(*, application: Application, reason: str, actor: Actor, now: datetime) -> Application:
    """An operator takes an application over from a colleague, saying why. Raises NotAllowed where nobody reviews it."""
    why = require_reason(reason)
    locked = _for_review(application, actor)
    if locked.state != ApplicationState.UNDER_REVIEW:
        raise NotAllowed(_("Nobody is reviewing it."), clauses=["9"])
    before = locked.claimed_by_id
    locked.claimed_by_id, locked.claimed_at = require_person(actor), now
    locked.save(update_fields=["claimed_by", "claimed_at"])
    audit_record(
        act="application_take_over",
        actor=actor,
        subject=locked.subject,
        before={"claimed_by": before},
        after={"claimed_by": actor.id, "reason": why},
        now=now,
    )
    return locked


@act
def application_release(*, application: Application, actor: Actor, now: datetime) -> Application:
    """The reviewer puts an application back into the queue, where it keeps its place. Raises NotYourReview."""
    locked = _under_review(application, actor)
    locked.release()
    locked.save(update_fields=["state", "claimed_by", "claimed_at"])
    _note("application_release", actor, locked, {"state": "under_review"}, now)
    return locked


@act
def application_return(
    *, application: Application, reason: str, remarks: Mapping[str, str], actor: Actor, now: datetime
) -> Application:
    """Send an application back with what is to be mended, by section. Raises InvalidInput (reason, remarks),
    NotYourReview.
    """
    why = require_reason(reason)
    kept = {section: text.strip() for section, text in remarks.items() if text.strip()}
    if not set(kept) <= set(Section):
        raise InvalidInput(_("There is no such section."), field="remarks")
    locked = _under_review(application, actor)
    locked.send_back(reason=why, remarks=kept, now=now)
    locked.save(update_fields=["state", "reason", "remarks", "settled_at"])
    audit_record(
        act="application_return",
        actor=actor,
        subject=locked.subject,
        before={"state": "under_review"},
        after={"state": locked.state, "reason": why, "remarks": kept},
        now=now,
    )
    _tell(locked, "returned", {"reason": why}, now)
    return locked


@act
def application_refuse(*, application: Application, reason: str, actor: Actor, now: datetime) -> Application:
    """Refuse an application: its conditions cannot be met. Raises InvalidInput (reason), NotYourReview."""
    why = require_reason(reason)
    locked = _under_review(application, actor)
    requirements = requirements_of(locked.provider, now)
    decision = _decide(locked, requirements, "refused", now)
    locked.decision = decision
    locked.refuse(reason=why, now=now)
    locked.save(update_fields=["state", "reason", "settled_at", "decision"])
    audit_record(
        act="application_refuse",
        actor=actor,
        subject=locked.subject,
        before={"state": "under_review"},
        after={"state": locked.state, "reason": why},
        now=now,
        decision=decision,
    )
    _tell(locked, "refused", {"reason": why}, now)
    return locked


@act
def condition_confirm(
    *, provider: Provider, condition: PlatformCondition, note: str, actor: Actor, now: datetime
) -> None:
    """An operator confirms that a provider meets one of the platform's own conditions (§9(7))."""
    require_operator(actor)
    ConditionAnswer.objects.update_or_create(
        provider=provider,
        condition=condition,
        defaults={"met": True, "note": note.strip()[:500], "answered_by": actor.reference, "answered_at": now},
    )
    record("condition_confirm", actor, provider, {}, {"condition": condition.code, "note": note}, now)


@act
def application_approve(*, application: Application, note: str, actor: Actor, now: datetime) -> Application:
    """Admit the provider: its store and the owner's role come with it (§5), and what the deposit must be is worked out
    (§9(6)).

    Every condition is judged again under lock, with the real name behind the account, which must be the legal subject
    (§9(3)1). The store opens when the deposit is paid. Raises ApplicationIncomplete with what no longer holds,
    NotYourReview, InvalidInput (slug) where the store's address was taken meanwhile.
    """
    locked = _under_review(application, actor)
    provider = locked.provider
    requirements = requirements_of(provider, now)
    missing = [one for one in requirements if not one.met and one.needed_to in {"submit", "approve"}]
    identity = identity_of(provider.owner)
    if missing or identity is None:
        raise ApplicationIncomplete(missing or [one for one in requirements if one.key == "real_name"])
    decision = _decide(locked, requirements, "admitted", now)
    provider.admit(
        legal_name=identity.legal_name,
        public_name=identity.masked_name,
        legal_number=identity.number,
        subject_index=identity.subject_index,
        now=now,
    )
    _save_admitted(provider)
    store = _open_store(locked, provider, now)
    StaffMember.objects.create(provider=provider, user=provider.owner, role=Role.OWNER, joined_at=now)
    locked.approve(decision_id=decision.pk, now=now)
    locked.save(update_fields=["state", "decision", "settled_at"])
    audit_record(
        act="application_approve",
        actor=actor,
        subject=locked.subject,
        before={"state": "under_review"},
        after={"state": locked.state, "note": note.strip(), "store": store.slug},
        now=now,
        decision=decision,
    )
    record("provider_admit", actor, provider, {"state": "applying"}, {"state": provider.state}, now, decision=decision)
    # What the deposit must be, and the overlay that keeps the store hidden until it is paid.
    reactions.admitted(provider, locked, actor, now)
    display_settle(provider=provider, now=now)
    _tell(locked, "approved", {"store": {"zh-hans": store.name_zh, "en": store.name_en}}, now)
    return locked


def _save_admitted(provider: Provider) -> None:
    try:
        with transaction.atomic():
            provider.save()
    except IntegrityError as error:
        if "provider_one_per_subject" not in str(error):
            raise
        raise Conflict(_("This subject has a store already, under another account."), clauses=["25"]) from error


def _open_store(application: Application, provider: Provider, now: datetime) -> Store:
    try:
        with transaction.atomic():
            return Store.objects.create(
                provider=provider,
                slug=application.store_slug,
                name_zh=application.store_name_zh,
                name_en=application.store_name_en,
                introduction_zh=application.store_introduction_zh,
                introduction_en=application.store_introduction_en,
                created_at=now,
                changed_at=now,
            )
    except IntegrityError as error:
        raise InvalidInput(
            _("The store's address was taken meanwhile. Return the application so that another is chosen."),
            field="slug",
        ) from error


def _decide(application: Application, requirements: list[Requirement], outcome: str, now: datetime) -> DecisionRecord:
    """What admission rested on: every condition of 9 as it was judged."""
    rulebook = rulebook_of_provider(application.provider, now)
    failing = [one for one in requirements if not one.met and one.needed_to != "open"]
    clauses = [one.clause for one in (failing or requirements) if one.clause.startswith(("9", "25"))] or ["9"]
    words = (
        Text("入驻条件均已满足，准予入驻。", "All conditions of admission hold; the provider is admitted.")
        if outcome == "admitted"
        else Text("不予入驻，理由见说明。", "The provider is not admitted, for the reason given.")
    )
    decision = Decision(
        ADMISSION, rulebook.version, outcome, {"met": len(requirements) - len(failing)}, cite(*clauses), words
    )
    facts = {"conditions": [one.as_json() for one in requirements], "evidence": application.evidence}
    return decision_record(decision=decision, facts=facts, subject=application.subject, now=now)


def _for_review(application: Application, actor: Actor) -> Application:
    require_operator(actor)
    locked = application_locked(application.pk)
    if locked.provider.owner_id == actor.id:
        raise NotPermitted(_("Somebody else has to review your own application."))
    return locked


def _under_review(application: Application, actor: Actor) -> Application:
    locked = _for_review(application, actor)
    if locked.state != ApplicationState.UNDER_REVIEW or locked.claimed_by_id != actor.id:
        raise NotYourReview(_("Take the application first: it is not yours to settle."), clauses=["9"])
    return locked


def _note(name: str, actor: Actor, application: Application, before: dict[str, str], now: datetime) -> None:
    audit_record(
        act=name, actor=actor, subject=application.subject, before=before, after={"state": application.state}, now=now
    )


def _tell(application: Application, what: str, context: dict[str, object], now: datetime) -> None:
    notify(
        recipient=application.provider.owner,
        kind=f"providers.application_{what}",
        subject=application.subject,
        context={"number": application.number, **context},
        link="/console/deposit/" if what == "approved" else "/console/application/",
        now=now,
    )
