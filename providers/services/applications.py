"""The applicant's side of an application: starting it, filling it in, handing it in (§9)."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import identity_of, operators_with
from accounts.types import Role as OperatorRole
from core.acts import SYSTEM, Actor, act
from core.errors import InvalidInput, NotAllowed, NotPermitted
from core.money import yuan
from core.references import new_number
from notifications.services import notify, notify_many
from providers.decisions import decided
from providers.models import AgreementText, Application, Provider, Store
from providers.selectors import (
    application_locked,
    bars_standing,
    evidence_of,
    requirements_of,
    rulebook_of_provider,
    subjects_behind,
    unmet,
)
from providers.services.agreements import agreement_texts_load
from providers.services.guards import require_editable, require_member
from providers.types import OPEN_APPLICATIONS, Permission, ProviderKind, ProviderState, Requirement
from regulation.selectors import rulebook_at
from regulation.services import audit_record

SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
TAKEN_SLUGS = frozenset({"admin", "api", "console", "market", "official", "platform", "store", "stores", "www"})
HIGHEST_PRICE = Decimal("99999999.99")


class AlreadyProvider(NotAllowed):
    """This account has a store already."""

    code = "already_provider"


class ApplicationIncomplete(NotAllowed):
    """Conditions of admission are not met; `requirements` are those."""

    code = "application_incomplete"

    def __init__(self, requirements: list[Requirement]) -> None:
        super().__init__(
            _("Something is still missing. See what is marked below."),
            field=requirements[0].section,
            clauses=list(dict.fromkeys(one.clause for one in requirements)),
        )
        self.requirements = requirements


class ReentryBarred(NotAllowed):
    """The legal subject may not apply again, or not yet (§25); `decision` says from when."""

    code = "reentry_barred"


@act
def application_start(*, user: User, kind: str, actor: Actor, now: datetime) -> Application:
    """Begin to apply as an enterprise or an individual (§7, §9); the one under way is returned where there is one.

    Raises InvalidInput (kind), NotPermitted for operators, AlreadyProvider for whoever has a store.
    """
    if kind not in set(ProviderKind):
        raise InvalidInput(_("Choose enterprise or individual."), field="kind", clauses=["7"])
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if person.is_operator or actor.id != person.pk:
        raise NotPermitted(_("Operators cannot apply for a store of their own."))
    provider = Provider.objects.filter(
        owner=person, state__in=[ProviderState.APPLYING, ProviderState.ACTIVE, ProviderState.LEAVING]
    ).first()
    if provider is not None and provider.state != ProviderState.APPLYING:
        raise AlreadyProvider(_("This account has a store already."), clauses=["9(1)"])
    if provider is None:
        provider = Provider.objects.create(number=new_number("V", now), owner=person, kind=kind, created_at=now)
    known = Application.objects.filter(provider=provider, state__in=list(OPEN_APPLICATIONS)).first()
    if known is not None:
        return known
    if not AgreementText.objects.exists():
        # A fresh installation: what is signed is there before anybody can be asked to sign it.
        agreement_texts_load(actor=SYSTEM, now=now)
    application = Application.objects.create(
        number=new_number("A", now), provider=provider, created_at=now, saved_at=now
    )
    if provider.kind != kind:
        provider.kind = kind
        provider.save(update_fields=["kind"])
    _note("application_start", actor, application, {}, {"kind": kind}, now)
    return application


@act
def application_subject_save(
    *,
    application: Application,
    kind: str,
    consigned: bool,
    highest_price: Decimal | None,
    actor: Actor,
    now: datetime,
) -> Application:
    """Say who applies, whether it sells on consignment (§13(2)), and the highest price it plans (§9(6)1, yuan; 0 is
    free only).

    Saved as far as it goes. Raises InvalidInput (kind, highest_price), ApplicationClosed.
    """
    locked = _editable(application, actor)
    if kind not in set(ProviderKind):
        raise InvalidInput(_("Choose enterprise or individual."), field="kind", clauses=["7"])
    if highest_price is not None and not 0 <= highest_price <= HIGHEST_PRICE:
        raise InvalidInput(_("Give a price of zero or more."), field="highest_price", clauses=["9(6)1"])
    provider = locked.provider
    provider.kind, provider.consigned = kind, consigned
    provider.planned_highest_price = None if highest_price is None else yuan(highest_price)
    provider.save(update_fields=["kind", "consigned", "planned_highest_price"])
    return _saved(locked, now)


@act
def application_store_save(
    *,
    application: Application,
    slug: str,
    name_zh: str,
    name_en: str,
    introduction_zh: str,
    introduction_en: str,
    actor: Actor,
    now: datetime,
) -> Application:
    """Name and introduce the store that is to be opened (§5). Saved as far as it goes.

    Raises InvalidInput (slug, name_zh, name_en, introduction_zh, introduction_en), ApplicationClosed.
    """
    locked = _editable(application, actor)
    names = store_texts(
        slug=slug,
        name_zh=name_zh,
        name_en=name_en,
        introduction_zh=introduction_zh,
        introduction_en=introduction_en,
        provider=locked.provider,
        now=now,
    )
    for name, value in names.items():
        setattr(locked, f"store_{name}", value)
    locked.save(update_fields=[f"store_{name}" for name in names])
    return _saved(locked, now)


@act
def application_attest(*, application: Application, actor: Actor, now: datetime) -> Application:
    """The applicant declares that everything handed in is true and valid (§9(3), §18(1)). Raises ApplicationClosed."""
    locked = _editable(application, actor)
    if locked.attested_at is None:
        locked.attested_at = now
        locked.save(update_fields=["attested_at"])
        _note("application_attest", actor, locked, {}, {"attested": True}, now)
    return _saved(locked, now)


@act
def application_submit(*, application: Application, actor: Actor, now: datetime) -> Application:
    """Hand the application in; the operators who work on applications are told (§9).

    All conditions must hold together, save the deposit, which is paid once the application is approved. Raises
    ReentryBarred, ApplicationIncomplete with what is missing, ApplicationClosed.
    """
    locked = _editable(application, actor)
    _refuse_barred(locked.provider, now)
    missing = unmet(requirements_of(locked.provider, now))
    if missing:
        raise ApplicationIncomplete(missing)
    again = locked.submitted_at is not None
    locked.submit(evidence=evidence_of(locked.provider), now=now)
    locked.saved_at = now
    locked.save()
    _note(
        "application_submit", actor, locked, {"state": "returned" if again else "draft"}, {"state": locked.state}, now
    )
    notify(
        recipient=locked.provider.owner,
        kind="providers.application_submitted",
        subject=locked.subject,
        context={"number": locked.number},
        link="/console/application/",
        now=now,
    )
    notify_many(
        recipients=operators_with(OperatorRole.OPERATIONS),
        kind="providers.application_waiting",
        subject=locked.subject,
        context={"number": locked.number, "name": locked.store_name_zh},
        link="/admin/providers/application/",
        now=now,
    )
    return locked


@act
def application_withdraw(*, application: Application, actor: Actor, now: datetime) -> Application:
    """The applicant takes the application back. Raises NotAllowed while an operator reviews it or once it is
    settled.
    """
    locked = application_locked(application.pk)
    require_member(actor, locked.provider, Permission.APPLY)
    before = locked.state
    if before not in OPEN_APPLICATIONS or before == "under_review":
        raise NotAllowed(_("It is being reviewed or was settled, so it cannot be taken back now."), clauses=["9"])
    locked.withdraw(now=now)
    locked.save(update_fields=["state", "settled_at"])
    _note("application_withdraw", actor, locked, {"state": before}, {"state": locked.state}, now)
    return locked


def store_texts(
    *,
    slug: str,
    name_zh: str,
    name_en: str,
    introduction_zh: str,
    introduction_en: str,
    provider: Provider,
    now: datetime,
) -> dict[str, str]:
    """The names, address and introductions of a store without spaces around them, checked.

    Raises InvalidInput on the field that cannot be used: an address that is taken or not plain, a protected name
    (§18(2)), a text that is too long.
    """
    values = {
        "slug": slug.strip().lower(),
        "name_zh": " ".join(name_zh.split()),
        "name_en": " ".join(name_en.split()),
        "introduction_zh": introduction_zh.strip(),
        "introduction_en": introduction_en.strip(),
    }
    if values["slug"]:
        _check_slug(values["slug"], provider)
    protected = rulebook_at(now).parameter("listing.protected_names")
    for field in ("name_zh", "name_en"):
        if len(values[field]) > 60:
            raise InvalidInput(_("A store's name has at most 60 characters."), field=field)
        found = next((word for word in protected if word.casefold() in values[field].casefold()), None)
        if found is not None:
            raise InvalidInput(
                _("The name must not use “%(word)s” without the owner's written consent.") % {"word": found},
                field=field,
                clauses=["18(2)"],
            )
    for field in ("introduction_zh", "introduction_en"):
        if len(values[field]) > 5000:
            raise InvalidInput(_("An introduction has at most 5,000 characters."), field=field)
    return values


def _check_slug(slug: str, provider: Provider) -> None:
    if not SLUG.match(slug) or not 3 <= len(slug) <= 40:
        raise InvalidInput(
            _("The address has 3 to 40 lower-case letters, digits and single hyphens between them."), field="slug"
        )
    waiting = Application.objects.filter(store_slug=slug, state__in=list(OPEN_APPLICATIONS)).exclude(provider=provider)
    taken = (
        Store.objects.filter(slug=slug).exclude(provider=provider).exists() or waiting.exclude(state="draft").exists()
    )
    if taken or slug in TAKEN_SLUGS:
        raise InvalidInput(_("This address is taken. Choose another."), field="slug")


def _refuse_barred(provider: Provider, now: datetime) -> None:
    """Ask the rule of 25 about every exit of the subjects behind a provider. Raises ReentryBarred."""
    identity = identity_of(provider.owner)
    for bar in bars_standing(subjects_behind(provider, identity)):
        decision, _facts = decided(
            "exit.reapply", rulebook_of_provider(provider, now), exit=bar.exit_kind, exited_at=bar.exited_at, at=now
        )
        if decision.outcome != "allowed":
            raise ReentryBarred(
                _("This subject cannot be admitted again.")
                if decision.outcome == "never"
                else _("This subject left by itself and cannot apply again yet."),
                field="subject",
                decision=decision,
            )


def _editable(application: Application, actor: Actor) -> Application:
    locked = application_locked(application.pk)
    require_member(actor, locked.provider, Permission.APPLY)
    require_editable(locked)
    return locked


def _saved(application: Application, now: datetime) -> Application:
    application.saved_at = now
    application.save(update_fields=["saved_at"])
    return application


def _note(
    name: str, actor: Actor, application: Application, before: dict[str, Any], after: dict[str, Any], now: datetime
) -> None:
    audit_record(act=name, actor=actor, subject=application.subject, before=before, after=after, now=now)
