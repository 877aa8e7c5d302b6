"""Agreements: their texts, signing them, and terms of its own that a provider holds (§3, §9(5))."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import identity_of
from core.acts import Actor, act
from core.errors import Conflict, InvalidInput, NotAllowed
from notifications.services import notify_many
from providers.models import Agreement, AgreementText, Application, Provider
from providers.selectors import agreement_texts_current, agreements_needed, provider_locked, staff_users
from providers.services.guards import (
    record,
    require_editable,
    require_member,
    require_operator,
    require_person,
    require_reason,
)
from providers.texts import shipped_texts
from providers.types import AgreementKind, Permission, ProviderState
from regulation.content import RulebookInvalid
from regulation.hashing import canonical
from regulation.selectors import rulebook_for
from regulation.services import audit_record


class TextChanged(Conflict):
    """A newer version of the agreement is in force than the one that was read."""

    code = "agreement_text_changed"


@act
def agreement_texts_load(*, actor: Actor, now: datetime) -> int:
    """Keep the texts that are shipped with the platform, each version once. Returns how many were new."""
    made = 0
    for shipped in shipped_texts():
        _text, created = AgreementText.objects.get_or_create(
            kind=shipped["kind"],
            version=shipped["version"],
            defaults={**shipped, "sha256": text_digest(shipped), "created_at": now},
        )
        made += created
    return made


@act
def agreement_text_publish(
    *,
    kind: str,
    version: str,
    title_zh: str,
    title_en: str,
    body_zh: str,
    body_en: str,
    effective_at: datetime,
    actor: Actor,
    now: datetime,
) -> AgreementText:
    """An operator publishes a new version of an agreement, signed by whoever applies from `effective_at` on
    (§1, §9(5)).

    What was signed before stays in force. Raises InvalidInput naming the field.
    """
    require_operator(actor)
    values = {
        "kind": kind,
        "version": version.strip(),
        "title_zh": title_zh.strip(),
        "title_en": title_en.strip(),
        "body_zh": body_zh.strip(),
        "body_en": body_en.strip(),
        "effective_at": effective_at,
    }
    if kind not in {AgreementKind.PROVIDER, AgreementKind.ANNEX, AgreementKind.CONSIGNMENT}:
        raise InvalidInput(_("Choose which agreement it is."), field="kind", clauses=["9(5)"])
    empty = next((name for name, value in values.items() if value == ""), None)
    if empty is not None:
        raise InvalidInput(_("Fill this in."), field=empty, clauses=["9(5)"])
    if effective_at < now:
        raise InvalidInput(_("It cannot take effect in the past."), field="effective_at", clauses=["28"])
    if AgreementText.objects.filter(kind=kind, version=values["version"]).exists():
        raise InvalidInput(_("There is such a version already."), field="version", clauses=["9(5)"])
    text = AgreementText.objects.create(**values, sha256=text_digest(values), created_at=now)
    audit_record(
        act="agreement_text_publish",
        actor=actor,
        subject=f"agreement-text:{text.pk}",
        before={},
        after={"kind": kind, "version": text.version, "sha256": text.sha256, "effective_at": effective_at},
        now=now,
    )
    return text


@act
def agreement_sign(*, provider: Provider, text: AgreementText, actor: Actor, now: datetime) -> Agreement:
    """Sign a version of an agreement: its digest, the moment and the signer are kept (§9(5)). Signing it again does
    nothing.

    Raises TextChanged where a newer version is in force, NotAllowed where this one is not asked for,
    ApplicationClosed.
    """
    locked = provider_locked(provider.pk)
    require_member(actor, locked, Permission.APPLY)
    if locked.state == ProviderState.APPLYING:
        application = Application.objects.filter(provider=locked).order_by("-pk").first()
        if application is None:
            raise NotAllowed(_("Start an application first."), clauses=["9"])
        require_editable(application)
    if text.kind not in agreements_needed(locked):
        raise NotAllowed(_("This agreement is not asked of you."), clauses=["9(5)"])
    current = agreement_texts_current(now).get(text.kind)
    if current is None or current.pk != text.pk:
        raise TextChanged(_("A newer version is in force. Read that one and sign it."), field="text", clauses=["9(5)"])
    known = Agreement.objects.filter(provider=locked, text=text, terminated_at__isnull=True).first()
    if known is not None:
        return known
    signer = User.objects.get(pk=require_person(actor))
    name = _signer_name(signer)
    signed = Agreement.objects.create(
        provider=locked,
        kind=text.kind,
        text=text,
        proposed_at=now,
        signer=signer,
        signer_name=name,
        signed_at=now,
        starts_at=now,
        signature=signature(text.sha256, locked.number, signer.pk, now),
    )
    record(
        "agreement_sign",
        actor,
        locked,
        {},
        {"kind": text.kind, "version": text.version, "sha256": text.sha256, "signature": signed.signature},
        now,
    )
    return signed


@act
def agreement_terms_propose(
    *,
    provider: Provider,
    terms: Mapping[str, Any],
    note: str,
    starts_at: datetime,
    ends_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> Agreement:
    """An operator offers a provider terms of its own, each a parameter of the rulebook with another value (§3).

    They bind once the provider has signed. Raises InvalidInput (terms, note, starts_at, ends_at).
    """
    require_operator(actor)
    why = require_reason(note)
    locked = provider_locked(provider.pk)
    if locked.state not in {ProviderState.APPLYING, ProviderState.ACTIVE}:
        raise NotAllowed(_("This provider has left or is leaving."), clauses=["3"])
    if not terms:
        raise InvalidInput(_("Name at least one term."), field="terms", clauses=["3"])
    if starts_at < now:
        raise InvalidInput(_("Terms do not reach back."), field="starts_at", clauses=["28"])
    if ends_at is not None and ends_at <= starts_at:
        raise InvalidInput(_("It must end after it begins."), field="ends_at", clauses=["3"])
    try:
        rulebook_for(starts_at, terms)
    except RulebookInvalid as error:
        raise InvalidInput(str(error), field="terms", clauses=["3"]) from error
    offered = Agreement.objects.create(
        provider=locked,
        kind=AgreementKind.SUPPLEMENTARY,
        terms=dict(terms),
        note=why,
        proposed_by_id=require_person(actor),
        proposed_at=now,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    record("agreement_terms_propose", actor, locked, {}, {"terms": dict(terms), "note": why}, now)
    notify_many(
        recipients=staff_users(locked, Permission.APPLY),
        kind="providers.terms_offered",
        subject=locked.subject,
        context={"note": why},
        link="/console/documents/",
        now=now,
    )
    return offered


@act
def agreement_terms_sign(*, agreement: Agreement, actor: Actor, now: datetime) -> Agreement:
    """The owner signs terms of its own; from then on they prevail over the rulebook (§3). Raises NotAllowed once
    withdrawn.
    """
    locked = provider_locked(agreement.provider_id)
    require_member(actor, locked, Permission.APPLY)
    offered = Agreement.objects.select_for_update(no_key=True, of=("self",)).get(pk=agreement.pk)
    if offered.signed_at is not None:
        return offered
    if offered.terminated_at is not None or (offered.ends_at is not None and offered.ends_at <= now):
        raise NotAllowed(_("This offer no longer stands."), clauses=["3"])
    signer = User.objects.get(pk=require_person(actor))
    digest = hashlib.sha256(canonical(offered.terms).encode()).hexdigest()
    offered.signer, offered.signer_name, offered.signed_at = signer, _signer_name(signer), now
    offered.signature = signature(digest, locked.number, signer.pk, now)
    offered.save(update_fields=["signer", "signer_name", "signed_at", "signature"])
    record("agreement_terms_sign", actor, locked, {}, {"terms": offered.terms, "signature": offered.signature}, now)
    return offered


@act
def agreement_end(*, agreement: Agreement, reason: str, actor: Actor, now: datetime) -> Agreement:
    """An operator ends an agreement or takes an offer back; it binds no longer from now on (§3, §22). Raises
    InvalidInput.
    """
    require_operator(actor)
    why = require_reason(reason)
    locked = provider_locked(agreement.provider_id)
    found = Agreement.objects.select_for_update(no_key=True, of=("self",)).get(pk=agreement.pk)
    if found.terminated_at is not None:
        return found
    found.terminated_at, found.termination_reason = now, why
    found.save(update_fields=["terminated_at", "termination_reason"])
    record("agreement_end", actor, locked, {"kind": found.kind}, {"reason": why}, now)
    return found


def text_digest(values: Mapping[str, Any]) -> str:
    """The digest of an agreement's words in both languages: what a signature stands for."""
    words = "\n".join(str(values[name]) for name in ("title_zh", "body_zh", "title_en", "body_en"))
    return hashlib.sha256(words.encode()).hexdigest()


def signature(digest: str, provider_number: str, signer_id: int, at: datetime) -> str:
    """The digest of a signature: what was signed, for whom, by whom and when."""
    return hashlib.sha256(f"{digest}\n{provider_number}\n{signer_id}\n{at.isoformat()}".encode()).hexdigest()


def _signer_name(signer: User) -> str:
    identity = identity_of(signer)
    return identity.masked_name if identity else str(signer)
