"""Acts about infringement claims: the product is hidden at once, both are heard, an operator decides (§18(17))."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.selectors import identity_of
from accounts.types import Role
from catalog.services import product_delist, product_restrict, product_restriction_lift
from catalog.types import DelistReason, ProductState, RestrictionKind
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.references import new_number
from core.uploads import CheckedFile
from notifications.services import notify
from providers.selectors import role_of
from providers.services import require_member, require_role
from providers.types import Permission
from regulation.services import audit_record
from violations import selectors
from violations.models import Takedown, TakedownFile
from violations.services.cases import case_open
from violations.services.remedies import remedies_open
from violations.types import CaseSource, TakedownState

LONGEST = 4000


@act
def takedown_file(
    *,
    claimant: Any,
    product: Any,
    work: str,
    basis: str,
    statement: str,
    files: Sequence[CheckedFile],
    actor: Actor,
    now: datetime,
) -> Takedown:
    """A holder of rights claims that a product infringes them: it is hidden at once (§18(17), §18(17)1, §10(8)1).

    Whoever claims is known by their verified name. Raises NotAllowed for an unverified or second claim and for the
    provider's own people, InvalidInput naming what is missing.
    """
    if actor.id != claimant.pk:
        raise NotPermitted(_("A claim is made by the person whose claim it is."))
    if identity_of(claimant) is None:
        raise NotAllowed(_("Verify your real name first: a claim is made under it."), clauses=["9(2)"])
    if role_of(claimant, product.provider) is not None:
        raise NotAllowed(_("You work for this provider."))
    if not work.strip():
        raise InvalidInput(_("Name the work or right."), field="work")
    if not statement.strip():
        raise InvalidInput(_("Say how the product infringes it."), field="statement")
    if not files:
        raise InvalidInput(_("Add a proof of your right."), field="files")
    if selectors.takedown_open(claimant, product) is not None:
        raise NotAllowed(_("Your claim about this product is being examined."))
    takedown = Takedown(
        number=new_number("Y", now),
        claimant=claimant,
        product=product,
        provider_id=product.provider_id,
        work=work.strip()[:200],
        basis=basis,
        statement=statement.strip()[:LONGEST],
        filed_at=now,
    )
    takedown.save()
    _keep(takedown, files, actor, now)
    product_restrict(
        product=product,
        kind=RestrictionKind.INFRINGEMENT,
        reason=f"{takedown.number}: {takedown.work}",
        reference=takedown.subject,
        actor=SYSTEM,
        now=now,
    )
    _audit(takedown, "takedown_file", {}, actor, now)
    for person in selectors.people_of(product.provider):
        _tell(person, takedown, "takedown.filed", f"/console/infringement/{takedown.number}/", now)
    return takedown


@act
def takedown_answer(
    *, takedown: Takedown, text: str, files: Sequence[CheckedFile], actor: Actor, now: datetime
) -> Takedown:
    """The provider answers a claim, once, with what it holds of its own (§18(17)). Raises InvalidInput, NotAllowed."""
    takedown = _open(takedown)
    require_member(actor, takedown.provider, Permission.COMPLAINTS)
    if takedown.responded_at is not None:
        raise NotAllowed(_("The claim is answered already; an operator decides on it."), clauses=["18(17)"])
    if not text.strip():
        raise InvalidInput(_("Write your answer."), field="text")
    takedown.response, takedown.responded_at = text.strip()[:LONGEST], now
    takedown.save(update_fields=["response", "responded_at"])
    _keep(takedown, files, actor, now)
    _audit(takedown, "takedown_answer", {}, actor, now)
    _tell(takedown.claimant, takedown, "takedown.answered", f"/infringement/{takedown.number}/", now)
    return takedown


@act
def takedown_withdraw(*, takedown: Takedown, actor: Actor, now: datetime) -> Takedown:
    """The claimant, and nobody else, takes the claim back: the product is shown again (§18(17))."""
    takedown = _open(takedown)
    if actor.id != takedown.claimant_id:
        raise NotPermitted(_("Only the person who claimed can withdraw."), clauses=["18(17)"])
    takedown.withdraw(now=now)
    takedown.save()
    _show_again(takedown, actor, now)
    _close(takedown, "takedown_withdraw", actor, now)
    return takedown


@act
def takedown_uphold(*, takedown: Takedown, code: str, reason: str, actor: Actor, now: datetime) -> Takedown:
    """An operator finds the infringement: the product leaves the market, its users are owed a remedy, a case opens
    (§18(17), §18(17)1, §18(17)2, §10(8)1).

    Raises InvalidInput (reason, code), NotAllowed once it was decided.
    """
    takedown = _deciding(takedown, reason, actor)
    case = case_open(
        provider=takedown.provider,
        code=code,
        occurred_at=takedown.filed_at,
        statement=f"{takedown.number}: {takedown.work}\n\n{reason.strip()}",
        source=CaseSource.OPERATOR,
        event=takedown.subject,
        product=takedown.product,
        order=None,
        complaint=None,
        actor=actor,
        now=now,
    )
    takedown.uphold(case_id=case.pk, operator_id=actor.person, reason=reason.strip(), now=now)
    takedown.save()
    if takedown.product.state in {ProductState.ON_SALE, ProductState.TAKEN_DOWN}:
        product_delist(
            product=takedown.product,
            reason=DelistReason.PLATFORM,
            note=f"{takedown.number}: {reason.strip()}",
            actor=actor,
            now=now,
        )
    remedies_open(takedown=takedown, now=now)
    _close(takedown, "takedown_uphold", actor, now)
    return takedown


@act
def takedown_dismiss(*, takedown: Takedown, reason: str, actor: Actor, now: datetime) -> Takedown:
    """An operator finds no infringement: the product is shown again (§18(17)). Raises InvalidInput, NotAllowed."""
    takedown = _deciding(takedown, reason, actor)
    takedown.dismiss(operator_id=actor.person, reason=reason.strip(), now=now)
    takedown.save()
    _show_again(takedown, actor, now)
    _close(takedown, "takedown_dismiss", actor, now)
    return takedown


def _open(takedown: Takedown) -> Takedown:
    takedown = selectors.takedown_locked(takedown.pk)
    if takedown.state != TakedownState.FILED:
        raise NotAllowed(_("This claim was decided or withdrawn."))
    return takedown


def _deciding(takedown: Takedown, reason: str, actor: Actor) -> Takedown:
    takedown = _open(takedown)
    require_role(actor, Role.OPERATIONS, takedown.provider)
    if not reason.strip():
        raise InvalidInput(_("Give the reason: both sides will read it."), field="reason")
    return takedown


def _show_again(takedown: Takedown, actor: Actor, now: datetime) -> None:
    product_restriction_lift(
        product=takedown.product,
        kind=RestrictionKind.INFRINGEMENT,
        reference=takedown.subject,
        reason=takedown.reason,
        actor=SYSTEM,
        now=now,
    )


def _keep(takedown: Takedown, files: Sequence[CheckedFile], actor: Actor, now: datetime) -> None:
    for file in files:
        TakedownFile(
            takedown=takedown,
            given_by_id=actor.person,
            file=file.content,
            name=file.name,
            content_type=file.content_type,
            sha256=file.sha256,
            given_at=now,
        ).save()


def _close(takedown: Takedown, name: str, actor: Actor, now: datetime) -> None:
    _audit(takedown, name, {"state": TakedownState.FILED}, actor, now)
    kind = f"takedown.{takedown.state}"
    for person in selectors.people_of(takedown.provider):
        _tell(person, takedown, kind, f"/console/infringement/{takedown.number}/", now)
    if takedown.state != TakedownState.WITHDRAWN:
        _tell(takedown.claimant, takedown, kind, f"/infringement/{takedown.number}/", now)


def _audit(takedown: Takedown, name: str, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=takedown.subject,
        before=before,
        after={"state": takedown.state, "product": takedown.product.slug, "reason": takedown.reason},
        now=now,
    )


def _tell(person: Any, takedown: Takedown, kind: str, link: str, now: datetime) -> None:
    notify(
        recipient=person,
        kind=kind,
        subject=takedown.subject,
        context={
            "number": takedown.number,
            "work": takedown.work,
            "product": takedown.product.live_version.title if takedown.product.live_version else takedown.product.slug,
            "reason": takedown.reason or "—",
        },
        now=now,
        link=link,
    )
