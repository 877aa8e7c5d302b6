"""New versions of the rulebook: one operator drafts, another publishes, for a moment to come (§27 to §29)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM, Actor, act
from core.errors import Conflict, InvalidInput, NotAllowed, NotPermitted
from core.periods import beijing_date
from regulation import registry, selectors
from regulation.content import RulebookInvalid, parameter_value, rulebook_from
from regulation.hashing import content_hash
from regulation.models import RulebookVersion
from regulation.reactions import rulebook_published
from regulation.services.trail import audit_record
from regulation.shipped import shipped_content, shipped_versions

# Every process hears of a version before it takes effect.
NOTICE = timedelta(minutes=5)


class NotADraft(NotAllowed):
    """Only a draft can be edited, published or discarded."""

    code = "not_a_draft"


class SecondOperatorNeeded(NotPermitted):
    """A draft is published by somebody who did not write it."""

    code = "second_operator_needed"


@act
def rulebook_draft_create(*, note: str, actor: Actor, now: datetime) -> RulebookVersion:
    """Start a revision from the last published version (§29). `note` says why. Raises InvalidInput without a note."""
    _require_operator(actor)
    if not note.strip():
        raise InvalidInput(_("Say why the rules are revised."), field="note")
    based_on, content = selectors.latest_content(now)
    row = RulebookVersion(
        version=_draft_name(now),
        content=copy.deepcopy(content),
        content_hash=content_hash(content),
        based_on=based_on,
        note=note.strip(),
        drafted_by=actor.reference,
        drafted_by_name=actor.name,
        drafted_at=now,
    )
    row.save(force_insert=True)
    _trail("rulebook_draft_create", row, {}, actor, now)
    return row


@act
def rulebook_draft_edit(
    *,
    version: str,
    actor: Actor,
    now: datetime,
    parameters: Mapping[str, Any] | None = None,
    schedule: Mapping[str, Mapping[str, Any]] | None = None,
    clauses: Mapping[str, Mapping[str, Any]] | None = None,
    note: str | None = None,
) -> RulebookVersion:
    """Change a draft: parameter values by key, fields of schedule rows by code, title and text of clauses by citation.

    Values are raw JSON. A parameter keeps its type, unit and clause; one that the regulation sets becomes the
    platform's own choice no more than before, its origin stays. Whoever edits counts as the draft's author, so that
    two people always stand behind a version. Raises NotADraft, or RulebookInvalid naming what is wrong.
    """
    _require_operator(actor)
    row = selectors.draft_for_update(version)
    _require_draft(row)
    before = row.content_hash
    content = copy.deepcopy(row.content)
    rulebook = selectors.rulebook_of(row)
    for key, raw in (parameters or {}).items():
        if key not in rulebook.parameters:
            raise RulebookInvalid(f"parameters.{key}", "is no parameter of the rulebook")
        parameter_value(rulebook.parameters[key], raw)
        content["parameters"][key]["value"] = raw
    for part, edits in (("schedule", schedule or {}), ("clauses", clauses or {})):
        for key, values in edits.items():
            if key not in content[part]:
                raise RulebookInvalid(f"{part}.{key}", "is not in the rulebook")
            merged = content[part][key] | dict(values)
            # None takes a field away: a row without a freeze has no freeze.
            content[part][key] = {name: value for name, value in merged.items() if value is not None}
    _check(content, row.version, row.drafted_at)
    row.content = content
    row.content_hash = content_hash(content)
    row.drafted_by, row.drafted_by_name = actor.reference, actor.name
    if note is not None:
        row.note = note.strip()
    row.save(update_fields=["content", "content_hash", "drafted_by", "drafted_by_name", "note"])
    _trail("rulebook_draft_edit", row, {"content_hash": before}, actor, now)
    return row


@act
def rulebook_draft_discard(*, version: str, actor: Actor, now: datetime) -> RulebookVersion:
    """Give a draft up; it stays readable. Raises NotADraft."""
    _require_operator(actor)
    row = selectors.draft_for_update(version)
    _require_draft(row)
    row.discard()
    row.save(update_fields=["state"])
    _trail("rulebook_draft_discard", row, {"state": "draft"}, actor, now)
    return row


@act
def rulebook_publish(*, version: str, effective_at: datetime, actor: Actor, now: datetime) -> RulebookVersion:
    """Publish a draft for a future moment (§29). From that moment on it decides; what happened before stays judged by
    what held then (§28).

    The version gets its final name, the day it takes effect. Raises SecondOperatorNeeded for the draft's own
    author, NotADraft, and InvalidInput where the moment is not at least five minutes ahead.
    """
    _require_operator(actor)
    row = selectors.draft_for_update(version)
    _require_draft(row)
    if actor.reference == row.drafted_by:
        raise SecondOperatorNeeded(
            _("Another operator than the one who drafted it publishes a version."), clauses=("29",)
        )
    if effective_at < now + NOTICE:
        raise InvalidInput(_("The moment of effect must be at least five minutes ahead."), field="effective_at")
    if selectors.latest_content(now)[0] != row.based_on:
        raise Conflict(_("Another version was published since this draft was begun. Start from that one."))
    _check(row.content, row.version, effective_at)
    row.publish(
        version=_final_name(effective_at), effective_at=effective_at, by=actor.reference, by_name=actor.name, at=now
    )
    row.save()
    selectors.forget_versions()
    _trail("rulebook_publish", row, {"version": version, "state": "draft"}, actor, now)
    rulebook_published(version=row, actor=actor, now=now)
    return row


@act
def rulebook_load(*, now: datetime) -> list[str]:
    """Bring the shipped versions into the database, each once: the first is in force since 2017-03-07 (§27). The names
    of those that were new.

    Raises Conflict where a version of that name is there with other content: a shipped version never changes.
    """
    loaded = []
    known = dict(RulebookVersion.objects.values_list("version", "content_hash"))
    for name in shipped_versions():
        effective_at, content = shipped_content(name)
        digest = content_hash(content)
        if known.get(name, digest) != digest:
            raise Conflict(_("The rulebook %(version)s in the database is not the shipped one.") % {"version": name})
        if name in known:
            continue
        _check(content, name, effective_at)
        row = RulebookVersion(
            version=name,
            content=content,
            content_hash=digest,
            drafted_by=SYSTEM.reference,
            drafted_by_name=SYSTEM.name,
            drafted_at=now,
        )
        row.publish(version=name, effective_at=effective_at, by=SYSTEM.reference, by_name=SYSTEM.name, at=now)
        row.save(force_insert=True)
        _trail("rulebook_load", row, {}, SYSTEM, now)
        loaded.append(name)
    if loaded:
        selectors.forget_versions()
    return loaded


def _require_operator(actor: Actor) -> None:
    # Which of them may is for the desk to say: roles are kept above this app.
    if actor.kind == "user":
        raise NotPermitted(_("Only an operator may do this."))


def _require_draft(row: RulebookVersion) -> None:
    if row.state != RulebookVersion.State.DRAFT:
        raise NotADraft(_("This version is no draft any more."), clauses=("29",))


def _check(content: Mapping[str, Any], version: str, effective_at: datetime) -> None:
    """A rulebook that every rule can be asked under: nothing that a rule reads may be missing."""
    rulebook = rulebook_from(content, version=version, effective_at=effective_at)
    for rule in registry.all_rules():
        for key in rule.parameters:
            if key not in rulebook.parameters:
                raise RulebookInvalid(f"parameters.{key}", f"is missing and {rule.name} reads it")


def _draft_name(now: datetime) -> str:
    day = f"draft-{beijing_date(now).isoformat()}"
    taken = RulebookVersion.objects.filter(version__startswith=day).count()
    return day if not taken else f"{day}.{taken + 1}"


def _final_name(effective_at: datetime) -> str:
    day = beijing_date(effective_at).isoformat()
    taken = RulebookVersion.objects.filter(version__startswith=day).count()
    return day if not taken else f"{day}.{taken + 1}"


def _trail(name: str, row: RulebookVersion, before: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    audit_record(
        act=name,
        actor=actor,
        subject=f"rulebook:{row.pk}",
        before=before,
        after={
            "version": row.version,
            "state": row.state,
            "effective_at": row.effective_at,
            "content_hash": row.content_hash,
            "based_on": row.based_on,
            "note": row.note,
        },
        now=now,
    )


__all__ = [
    "NotADraft",
    "SecondOperatorNeeded",
    "rulebook_draft_create",
    "rulebook_draft_discard",
    "rulebook_draft_edit",
    "rulebook_load",
    "rulebook_publish",
]
