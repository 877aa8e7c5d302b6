"""Rulebook versions, decisions, the audit trail and its seals. Nothing here is ever changed once it stands."""

from datetime import datetime
from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fsm import FSMField, FSMModelMixin, transition

# Emptying a table is how a test database is cleaned, and nothing else's business. A session that wants the refusal
# there too sets marketplace.keep.
_KEEP = """
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
       AND coalesce(current_setting('marketplace.keep', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = '23514';
"""


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse to change, delete or empty what a table holds. They raise IntegrityError."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_keep",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=_KEEP,
        ),
        pgtrigger.Trigger(
            name=f"{name}_keep_all",
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            operation=pgtrigger.Truncate,
            func=_KEEP,
        ),
    ]


class RulebookVersion(FSMModelMixin, models.Model):
    """A version of the rules: drafted by one operator, published by another, in force from its effective moment.

    Answers "which rules held then?" (§27 to §29). A draft may be edited or discarded; once published nothing of it ever
    changes, and what it says is corrected by publishing a later one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", pgettext_lazy("regulation", "Published")
        DISCARDED = "discarded", _("Discarded")

    version = models.CharField(_("version"), max_length=40, unique=True)
    state = FSMField(_("state"), default=State.DRAFT, choices=State.choices, protected=True)
    effective_at = models.DateTimeField(_("in force from"), null=True, blank=True)
    content = models.JSONField(pgettext_lazy("regulation", "content"))
    content_hash = models.CharField(_("hash of the content"), max_length=64)
    based_on = models.CharField(_("based on"), max_length=40, blank=True)
    note = models.TextField(pgettext_lazy("regulation", "why"), blank=True)
    drafted_by = models.CharField(_("drafted by"), max_length=80)
    drafted_by_name = models.CharField(_("drafted by"), max_length=200)
    drafted_at = models.DateTimeField(_("drafted"))
    published_by = models.CharField(_("published by"), max_length=80, blank=True)
    published_by_name = models.CharField(_("published by"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        verbose_name = _("Rulebook version")
        verbose_name_plural = _("Rulebook versions")
        ordering = ["-effective_at", "-id"]
        indexes = [
            models.Index(
                fields=["effective_at", "id"], name="rulebook_effective", condition=models.Q(state="published")
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="rulebook_state_known", condition=models.Q(state__in=["draft", "published", "discarded"])
            ),
            models.CheckConstraint(
                name="rulebook_published_whole",
                condition=~models.Q(state="published")
                | (
                    models.Q(effective_at__isnull=False)
                    & models.Q(published_at__isnull=False)
                    & ~models.Q(published_by="")
                ),
            ),
            models.CheckConstraint(
                name="rulebook_two_operators",
                condition=~models.Q(state="published")
                | models.Q(published_by="system")
                | ~models.Q(published_by=models.F("drafted_by")),
            ),
            models.CheckConstraint(
                name="rulebook_published_ahead",
                condition=~models.Q(state="published")
                | models.Q(published_by="system")
                | models.Q(effective_at__gt=models.F("published_at")),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="rulebook_keep",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=["published", "discarded"]),
                func="""
                    RAISE EXCEPTION 'a % rulebook is immutable: % is refused', OLD.state, TG_OP
                    USING ERRCODE = '23514';
                """,
            ),
            pgtrigger.Trigger(
                name="rulebook_keep_all",
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                operation=pgtrigger.Truncate,
                func=_KEEP,
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @transition(field=state, source=State.DRAFT, target=State.PUBLISHED)
    def publish(self, *, version: str, effective_at: datetime, by: str, by_name: str, at: datetime) -> None:
        """Fix the version under its final name; in force from `effective_at` on."""
        self.version = version
        self.effective_at = effective_at
        self.published_by = by
        self.published_by_name = by_name
        self.published_at = at

    @transition(field=state, source=State.DRAFT, target=State.DISCARDED)
    def discard(self) -> None:
        """Give the draft up. It stays readable."""


class DecisionRecord(models.Model):
    """A decision as it was made: the facts, the version and agreement terms it used, and what it said.

    Answers "why was this decided so?". Written with what it decided, never changed. `hash` covers every other column.
    """

    id = models.BigAutoField(primary_key=True)
    rule = models.CharField(_("rule"), max_length=60)
    rulebook = models.CharField(_("rulebook"), max_length=40)
    subject = models.CharField(_("subject"), max_length=120)
    outcome = models.CharField(pgettext_lazy("regulation", "outcome"), max_length=60)
    values = models.JSONField(_("values"))
    clauses = models.JSONField(_("clauses"))
    explanation = models.JSONField(_("explanation"))
    facts = models.JSONField(_("facts"))
    terms = models.JSONField(_("terms of the agreement"))
    decided_at = models.DateTimeField(_("decided"))
    hash = models.BinaryField(_("hash"), max_length=32)

    class Meta:
        verbose_name = _("Decision")
        verbose_name_plural = _("Decisions")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "-id"], name="decision_subject"),
            models.Index(fields=["rule", "-id"], name="decision_rule"),
        ]
        triggers = append_only("decision")

    def __str__(self) -> str:
        return f"{self.rule}: {self.outcome}"

    def as_json(self) -> dict[str, Any]:
        """The decision as the command shows it."""
        return {
            "rule": self.rule,
            "rulebook": self.rulebook,
            "outcome": self.outcome,
            "values": self.values,
            "clauses": self.clauses,
            "explanation": self.explanation,
        }


class AuditRecord(models.Model):
    """Who did what to whom, before and after, and by which decision.

    Rows of one chain (a subject, unless the act names another) are numbered and hash-linked; `hash` covers every
    other column and the hash of the row before it, and the cited decision's hash. Written in the act's own
    transaction.
    """

    id = models.BigAutoField(primary_key=True)
    chain = models.CharField(_("chain"), max_length=120)
    position = models.BigIntegerField(_("position"))
    act = models.CharField(_("act"), max_length=80)
    actor_kind = models.CharField(_("kind of actor"), max_length=20)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    actor_name = models.CharField(_("actor"), max_length=200)
    subject = models.CharField(_("subject"), max_length=120)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    decision = models.ForeignKey(
        DecisionRecord,
        verbose_name=_("Decision"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    decision_hash = models.BinaryField(_("hash of the decision"), max_length=32, null=True)
    at = models.DateTimeField(_("when"))
    previous = models.BinaryField(_("hash of the row before"), max_length=32)
    hash = models.BinaryField(_("hash"), max_length=32)

    class Meta:
        verbose_name = _("Audit record")
        verbose_name_plural = _("Audit trail")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "-id"], name="audit_subject"),
            models.Index(fields=["act", "-id"], name="audit_act"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["chain", "position"], name="audit_chain_position"),
            models.CheckConstraint(name="audit_position_counts", condition=models.Q(position__gte=1)),
        ]
        triggers = append_only("audit")

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"


class AuditSeal(models.Model):
    """A seal over a range of audit or decision rows: how many there are, and one hash over all of theirs.

    Answers "is anything missing?": a row taken off the end of its chain no longer makes up its seal. Seals are numbered
    and linked themselves; the last one's number and hash, kept elsewhere, vouch for all before it.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=[("audit", _("Audit trail")), ("decision", _("Decisions"))]
    )
    after_id = models.BigIntegerField(_("after row"))
    last_id = models.BigIntegerField(_("last row"))
    rows = models.BigIntegerField(_("rows"))
    digest = models.BinaryField(_("digest"), max_length=32)
    sealed_at = models.DateTimeField(_("sealed"))
    previous = models.BinaryField(_("hash of the seal before"), max_length=32)
    hash = models.BinaryField(_("hash"), max_length=32)

    class Meta:
        verbose_name = pgettext_lazy("regulation", "Seal")
        verbose_name_plural = _("Seals")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "after_id"], name="seal_range_once"),
            models.CheckConstraint(name="seal_range_forward", condition=models.Q(last_id__gt=models.F("after_id"))),
            models.CheckConstraint(name="seal_kind_known", condition=models.Q(kind__in=["audit", "decision"])),
        ]
        triggers = append_only("seal")

    def __str__(self) -> str:
        return str(self.number)
