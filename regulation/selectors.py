"""Reading the rulebook, decisions and the trail."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput, NotFound
from regulation import registry
from regulation.content import RulebookInvalid, parameter_value, rulebook_from
from regulation.hashing import content_hash
from regulation.models import AuditRecord, AuditSeal, DecisionRecord, RulebookVersion
from regulation.shipped import shipped_content, shipped_rulebook, shipped_versions
from regulation.types import Clause, Parameter, Rulebook, ScheduleRow, clause_key, plain

Published = tuple[tuple[datetime, str, str], ...]


class NoRulebook(InvalidInput):
    """No version of the rulebook was in force at that instant."""

    code = "no_rulebook"


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two versions: a parameter, a clause, a schedule row or a measure, before and after."""

    part: str
    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Application:
    """Where a clause applies: what it says, its parameters, the rules that cite it and the schedule rows under it."""

    clause: Clause
    below: tuple[Clause, ...]
    parameters: tuple[Parameter, ...]
    rules: tuple[registry.Rule, ...]
    schedule: tuple[ScheduleRow, ...]


def rulebook_at(at: datetime) -> Rulebook:
    """The rulebook in force at an instant: when the conduct happened, or when the request was made (§28).

    Raises NoRulebook for an instant before the first version.
    """
    return _in_force(at, _published())


def rulebook_for(at: datetime, terms: Mapping[str, Any] | None) -> Rulebook:
    """The rulebook in force at an instant for a provider whose signed agreement sets terms of its own (§3).

    `terms` maps parameter keys to raw values as the agreement holds them (JSON). Raises RulebookInvalid where a
    term is no parameter or has a value that the parameter cannot take.
    """
    rulebook = rulebook_at(at)
    if not terms:
        return rulebook
    typed = {}
    for key, raw in terms.items():
        if key not in rulebook.parameters:
            raise RulebookInvalid(f"terms.{key}", "is no parameter of the rulebook")
        typed[key] = parameter_value(rulebook.parameters[key], raw)
    return rulebook.with_terms(typed)


def rulebook_named(version: str) -> Rulebook:
    """A version by its name, drafts included. Raises NotFound.

    What is published is known without asking, so that a list of cases reads it as often as it likes.
    """
    for effective_at, name, digest in _published():
        if name == version:
            return _published_rulebook(name, digest, effective_at)
    row = RulebookVersion.objects.filter(version=version).first()
    if row is not None:
        return rulebook_of(row)
    if version in shipped_versions():
        return shipped_rulebook(version)
    raise NotFound(_("There is no such version of the rulebook."))


def rulebook_of(row: RulebookVersion) -> Rulebook:
    """The rulebook that a version's row holds. A draft without a moment counts from when it was drafted."""
    effective_at = row.effective_at or row.drafted_at
    if row.state == RulebookVersion.State.PUBLISHED:
        return _published_rulebook(row.version, row.content_hash, effective_at)
    return rulebook_from(row.content, version=row.version, effective_at=effective_at)


def rulebook_shipped_at(at: datetime) -> Rulebook:
    """The shipped rulebook in force at an instant, for where there is no database. Raises NoRulebook."""
    return _in_force(at, _shipped())


def versions() -> QuerySet[RulebookVersion]:
    """Every version in the database, the one that takes effect last first; without its content."""
    return RulebookVersion.objects.defer("content")


def version_by_name(version: str) -> RulebookVersion:
    """A version's row. Raises NotFound."""
    row = RulebookVersion.objects.filter(version=version).first()
    if row is None:
        raise NotFound(_("There is no such version of the rulebook."))
    return row


def draft_for_update(version: str) -> RulebookVersion:
    """A version's row, locked for an act. Raises NotFound."""
    row = RulebookVersion.objects.select_for_update(no_key=True).filter(version=version).first()
    if row is None:
        raise NotFound(_("There is no such version of the rulebook."))
    return row


def latest_content(at: datetime) -> tuple[str, dict[str, Any]]:
    """Name and content of the last version published by an instant, in force or not yet. A new draft starts from it."""
    row = (
        RulebookVersion.objects.filter(state=RulebookVersion.State.PUBLISHED, published_at__lte=at)
        .order_by("-effective_at", "-id")
        .first()
    )
    if row is not None:
        return row.version, row.content
    name = shipped_versions()[-1]
    return name, shipped_content(name)[1]


def changes_between(older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[Change]:
    """What differs between two contents, parameters first, in the order of their keys."""
    found = []
    for part in ("parameters", "schedule", "clauses", "measures"):
        before, after = older.get(part, {}), newer.get(part, {})
        found += [
            Change(part, key, before.get(key), after.get(key))
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]
    return found


def clause_application(rulebook: Rulebook, citation: str) -> Application:
    """Where a clause applies in a version. Raises NotFound where there is no such clause."""
    clause = rulebook.clauses.get(citation)
    if clause is None:
        raise NotFound(_("There is no such clause."))
    below = tuple(one for one in rulebook.clauses.values() if one.parent == citation)
    covered = (
        {citation}
        | {one.id for one in below}
        | {one.id for one in rulebook.clauses.values() if one.parent in {b.id for b in below}}
    )
    return Application(
        clause,
        tuple(sorted(below, key=lambda one: clause_key(one.id))),
        tuple(rulebook.parameters_of(citation)),
        tuple(rule for rule in registry.all_rules() if covered.intersection(rule.clauses)),
        tuple(row for row in rulebook.schedule.values() if covered.intersection(row.clauses)),
    )


def chapters(rulebook: Rulebook) -> list[tuple[int, list[Clause]]]:
    """The clauses by chapter, in the order of the regulation."""
    found: dict[int, list[Clause]] = {}
    for clause in sorted(rulebook.clauses.values(), key=lambda one: clause_key(one.id)):
        found.setdefault(clause.chapter, []).append(clause)
    return sorted(found.items())


def decision_by_id(number: int) -> DecisionRecord:
    """A recorded decision. Raises NotFound."""
    found = DecisionRecord.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(_("There is no such decision."))
    return found


def decisions_about(subject: str) -> QuerySet[DecisionRecord]:
    """The decisions about a subject such as `order:O260302-7K3QF-8`, newest first."""
    return DecisionRecord.objects.filter(subject=subject).order_by("-id")


def trail_of(subject: str) -> QuerySet[AuditRecord]:
    """The trail of a subject, newest first."""
    return AuditRecord.objects.filter(subject=subject).select_related("decision").order_by("-id")


def last_seal() -> AuditSeal | None:
    """The newest seal. Its number and hash, kept elsewhere, vouch for everything sealed before it."""
    return AuditSeal.objects.order_by("-number").first()


def parameter_shown(parameter: Parameter) -> Any:
    """A parameter's value as JSON shows it."""
    return parameter_plain(parameter.value)


def parameter_plain(value: Any) -> Any:
    """A typed parameter value as JSON holds it: tables as lists of objects."""
    if isinstance(value, tuple):
        return [parameter_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: parameter_plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "is_finite"):
        return f"{value:f}"
    return plain(value)


def forget_versions() -> None:
    """Read anew which versions are published."""
    _cached.clear()


# Which versions are published is read again every so often: a version is published a while before it takes effect, so a
# process that has not heard of it yet does not decide anything by the wrong one. Zero reads it every time.
_cached: dict[str, tuple[float, Published]] = {}


def _published() -> Published:
    seconds = getattr(settings, "RULEBOOK_INDEX_SECONDS", 0)
    if seconds and "index" in _cached:
        read_at, known = _cached["index"]
        if time.monotonic() - read_at < seconds:
            return known
    rows = RulebookVersion.objects.filter(state=RulebookVersion.State.PUBLISHED).order_by("effective_at", "id")
    found: Published = (
        tuple(
            (effective_at, version, digest)
            for effective_at, version, digest in rows.values_list("effective_at", "version", "content_hash")
            if effective_at is not None
        )
        or _shipped()
    )
    if seconds:
        _cached["index"] = (time.monotonic(), found)
    return found


@lru_cache(maxsize=1)
def _shipped() -> Published:
    found = []
    for version in shipped_versions():
        effective_at, content = shipped_content(version)
        found.append((effective_at, version, content_hash(content)))
    return tuple(sorted(found))


def _in_force(at: datetime, published: Published) -> Rulebook:
    for effective_at, version, digest in reversed(published):
        if effective_at <= at:
            return _published_rulebook(version, digest, effective_at)
    first = published[0][0]
    raise NoRulebook(f"no rulebook was in force before {plain(first)}", field="at")


@lru_cache(maxsize=32)
def _published_rulebook(version: str, digest: str, effective_at: datetime) -> Rulebook:
    """A published version, built once.

    Its content is found by its hash, so a test's version never lives on in another.
    """
    if version in shipped_versions() and content_hash(shipped_content(version)[1]) == digest:
        return shipped_rulebook(version)
    content = RulebookVersion.objects.values_list("content", flat=True).get(version=version)
    return rulebook_from(content, version=version, effective_at=effective_at)


def unsealed_kinds() -> list[str]:
    """The tables (`audit`, `decision`) that hold rows which no seal covers yet."""
    found = []
    for kind, model in (("audit", AuditRecord), ("decision", DecisionRecord)):
        last = AuditSeal.objects.filter(kind=kind).order_by("-number").values_list("last_id", flat=True).first() or 0
        if model._default_manager.filter(pk__gt=last).exists():
            found.append(kind)
    return found


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version in a list."""

    version: str
    effective_at: datetime
    based_on: str
    note: str
    content_hash: str
    in_force: bool


def versions_published(at: datetime) -> list[VersionLine]:
    """Every published version, the newest first, with the one in force at an instant marked."""
    published = _published()
    current = next((version for effective_at, version, _ in reversed(published) if effective_at <= at), None)
    rows = RulebookVersion.objects.filter(state="published").values_list("version", "based_on", "note")
    said = {version: (based_on, note) for version, based_on, note in rows}
    return [
        VersionLine(
            version,
            effective_at,
            *said.get(version, ("", "")),
            digest,
            version == current,
        )
        for effective_at, version, digest in reversed(published)
    ]


def rulebook_published(version: str) -> Rulebook:
    """A published version by its name. Raises NotFound, for drafts as well."""
    for effective_at, name, digest in _published():
        if name == version:
            return _published_rulebook(name, digest, effective_at)
    raise NotFound(_("There is no such version of the rulebook."))


def content_published(version: str) -> dict[str, Any]:
    """The content of a published version as data. Raises NotFound."""
    row = RulebookVersion.objects.filter(version=version, state="published").values_list("content", flat=True).first()
    if row is not None:
        return dict(row)
    if version in shipped_versions():
        return shipped_content(version)[1]
    raise NotFound(_("There is no such version of the rulebook."))
