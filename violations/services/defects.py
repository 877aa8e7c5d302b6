"""Acts about defects: a provider tells the users of a product in time what is wrong with it (§18(6))."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.selectors import operators_with
from accounts.types import Role
from catalog.freshness import storefront_changed
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed
from core.references import new_number
from notifications.services import notify_many
from orders.selectors import users_of_product
from providers.selectors import rulebook_of_provider, staff_users
from providers.services import require_member, require_role
from providers.types import Permission
from regulation.services import audit_record
from violations import selectors
from violations.models import Defect
from violations.services.cases import case_open
from violations.types import CaseSource, DefectState

LATE_DISCLOSURE = "V1806"
LONGEST = 4000


@act
def defect_ask(*, product: Any, question: str, actor: Actor, now: datetime) -> Defect:
    """An operator asks a provider about a defect: within the hours of the rulebook it tells its users, or says why
    there is none (§18(6)). Raises InvalidInput (question).
    """
    require_role(actor, Role.OPERATIONS, product.provider)
    if not question.strip():
        raise InvalidInput(_("Say what is to be looked into."), field="question")
    hours = rulebook_of_provider(product.provider, now).parameter("conduct.defect_hours")
    defect = Defect(
        number=new_number("F", now),
        product=product,
        provider_id=product.provider_id,
        question=question.strip()[:LONGEST],
        asked_at=now,
        asked_by_id=actor.person,
        due_at=now + timedelta(hours=hours),
    )
    defect.save()
    _audit(defect, "defect_ask", "", actor, now)
    _tell_provider(defect, "defect.asked", now, due_at=defect.due_at)
    return defect


@act
def defect_disclose(
    *,
    product: Any,
    asked: Defect | None,
    title: str,
    effect: str,
    advice: str,
    actor: Actor,
    now: datetime,
) -> Defect:
    """A provider discloses a defect, by itself or because it was asked: everybody who uses the product is told, and
    its page shows it until it is mended (§18(6)).

    Raises InvalidInput (title, effect, advice), NotAllowed for a question that was answered.
    """
    require_member(actor, product.provider, Permission.PRODUCTS)
    for name, text in (("title", title), ("effect", effect), ("advice", advice)):
        if not text.strip():
            raise InvalidInput(_("Users need to know this: fill it in."), field=name)
    if asked is None:
        defect, before = Defect(number=new_number("F", now), product=product, provider_id=product.provider_id), ""
    else:
        defect = selectors.defect_locked(asked.pk)
        before = defect.state
        if before not in {DefectState.ASKED, DefectState.DENIED}:
            raise NotAllowed(_("This question was answered before."))
    defect.disclose(
        title=title.strip()[:120], effect=effect.strip()[:LONGEST], advice=advice.strip()[:LONGEST], now=now
    )
    users = list(users_of_product(defect.product, now))
    defect.users_told = len(users)
    defect.save()
    storefront_changed()
    _audit(defect, "defect_disclose", before, actor, now)
    _tell_users(defect, users, "defect.disclosed", now)
    return defect


@act
def defect_deny(*, defect: Defect, denial: str, actor: Actor, now: datetime) -> Defect:
    """The provider says why there is no defect; an operator looks at it (§18(6)). Raises InvalidInput, NotAllowed."""
    defect = selectors.defect_locked(defect.pk)
    require_member(actor, defect.provider, Permission.PRODUCTS)
    if defect.state != DefectState.ASKED:
        raise NotAllowed(_("This question was answered before."))
    if not denial.strip():
        raise InvalidInput(_("Say why there is no defect."), field="denial")
    defect.deny(denial=denial.strip()[:LONGEST], now=now)
    defect.save()
    _audit(defect, "defect_deny", DefectState.ASKED, actor, now)
    notify_many(
        recipients=operators_with(Role.OPERATIONS),
        kind="defect.denied",
        subject=defect.subject,
        context=_context(defect),
        now=now,
        link=f"/admin/violations/defect/{defect.pk}/change/",
    )
    return defect


@act
def defect_mend(*, defect: Defect, note: str, actor: Actor, now: datetime) -> Defect:
    """The provider has mended a disclosed defect: its users are told how (§18(6)). Raises InvalidInput, NotAllowed."""
    defect = selectors.defect_locked(defect.pk)
    require_member(actor, defect.provider, Permission.PRODUCTS)
    if defect.state != DefectState.DISCLOSED:
        raise NotAllowed(_("Only a disclosed defect is mended."))
    if not note.strip():
        raise InvalidInput(_("Say how it was mended, and what users still have to do."), field="note")
    defect.mend(note=note.strip()[:LONGEST], now=now)
    defect.save()
    storefront_changed()
    _audit(defect, "defect_mend", DefectState.DISCLOSED, actor, now)
    _tell_users(defect, list(users_of_product(defect.product, now)), "defect.mended", now)
    return defect


@act
def defect_clear(*, defect: Defect, reason: str, actor: Actor, now: datetime) -> Defect:
    """An operator agrees that there is no defect (§18(6)). Raises InvalidInput (reason), NotAllowed."""
    defect = _judging(defect, reason, actor)
    defect.clear(operator_id=actor.person, reason=reason.strip(), now=now)
    defect.save()
    _audit(defect, "defect_clear", DefectState.DENIED, actor, now)
    _tell_provider(defect, "defect.none", now)
    return defect


@act
def defect_contest(*, defect: Defect, code: str, reason: str, actor: Actor, now: datetime) -> Defect:
    """An operator finds that a defect is concealed: a case opens under a row of the schedule (§18(6), §19).

    Raises InvalidInput (reason, code), NotAllowed.
    """
    defect = _judging(defect, reason, actor)
    case = case_open(
        provider=defect.provider,
        code=code,
        occurred_at=defect.denied_at or now,
        statement=f"{defect.number}: {defect.question}\n\n{reason.strip()}",
        source=CaseSource.OPERATOR,
        event=defect.subject,
        product=defect.product,
        order=None,
        complaint=None,
        actor=actor,
        now=now,
    )
    defect.contest(case_id=case.pk, operator_id=actor.person, reason=reason.strip(), now=now)
    defect.save()
    _audit(defect, "defect_contest", DefectState.DENIED, actor, now)
    return defect


@act
def defect_lapse(*, defect_id: int, now: datetime) -> bool:
    """The hours passed without an answer: it is recorded, and a case under V1806 opens (§18(6)).

    The answer is owed all the same. False where it was answered or recorded before.
    """
    defect = selectors.defect_locked(defect_id)
    if defect.state != DefectState.ASKED or defect.late_recorded_at or defect.due_at is None or now < defect.due_at:
        return False
    defect.late_recorded_at = now
    defect.save(update_fields=["late_recorded_at"])
    case_open(
        provider=defect.provider,
        code=LATE_DISCLOSURE,
        occurred_at=defect.due_at,
        statement=f"{defect.number}: {defect.question}",
        source=CaseSource.LATE_DEFECT,
        event=f"{defect.subject}:late",
        product=defect.product,
        order=None,
        complaint=None,
        actor=SYSTEM,
        now=now,
    )
    _audit(defect, "defect_lapse", DefectState.ASKED, SYSTEM, now)
    return True


def _judging(defect: Defect, reason: str, actor: Actor) -> Defect:
    defect = selectors.defect_locked(defect.pk)
    require_role(actor, Role.OPERATIONS, defect.provider)
    if defect.state != DefectState.DENIED:
        raise NotAllowed(_("There is nothing to judge."))
    if not reason.strip():
        raise InvalidInput(_("Give the reason: the provider reads it."), field="reason")
    return defect


def _context(defect: Defect, **more: Any) -> dict[str, Any]:
    version = defect.product.live_version
    named = (
        {"zh-hans": version.title_zh, "en": version.title_en or version.title_zh} if version else defect.product.slug
    )
    return {
        "number": defect.number,
        "product": named,
        "title": defect.title or "—",
        "effect": defect.effect or "—",
        "advice": defect.advice or "—",
        "note": defect.mend_note or "—",
        "question": defect.question or "—",
        "reason": defect.reason or "—",
        **more,
    }


def _tell_users(defect: Defect, users: list[Any], kind: str, now: datetime) -> None:
    notify_many(
        recipients=users,
        kind=kind,
        subject=defect.subject,
        context=_context(defect),
        now=now,
        link=f"/p/{defect.product.slug}/",
    )


def _tell_provider(defect: Defect, kind: str, now: datetime, **more: Any) -> None:
    notify_many(
        recipients=staff_users(defect.provider, Permission.PRODUCTS),
        kind=kind,
        subject=defect.subject,
        context=_context(defect, **more),
        now=now,
        link=f"/console/defects/{defect.number}/",
    )


def _audit(defect: Defect, name: str, before: str, actor: Actor, now: datetime) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=defect.subject,
        before={"state": before} if before else {},
        after={"state": defect.state, "product": defect.product.slug, "users_told": defect.users_told},
        now=now,
    )
