"""Decisions, the audit trail and its seals: read only, searched by what they are about."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.paginator import InfinitePaginator

from core.admin import ReadOnlyAdmin
from core.admin_values import person_named
from regulation import registry
from regulation.models import AuditRecord, AuditSeal, DecisionRecord


class RuleFilter(admin.SimpleListFilter):
    """By rule: the known ones, without asking the table which it holds."""

    title = _("rule")
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        language = get_language() or "zh-hans"
        return [(rule.name, rule.title.in_language(language)) for rule in registry.all_rules()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DecisionRecord]) -> QuerySet[DecisionRecord]:
        return queryset.filter(rule=self.value()) if self.value() else queryset


class TrailAdmin(ReadOnlyAdmin):
    """A long table: no counting, found by subject or number."""

    show_full_result_count = False
    paginator = InfinitePaginator
    list_per_page = 50
    search_fields = ["subject"]
    search_help_text = _("A subject such as order:O260302-7K3QF-8, its number alone, or the number of a row")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        kinds = ("order", "refund", "provider", "product", "case", "complaint", "application", "exit", "statement")
        found = Q(subject__in=[term, *(f"{kind}:{term}" for kind in kinds)])
        if term.isdigit() and len(term) < 19:
            found |= Q(pk=int(term))
        return queryset.filter(found), False


@admin.register(DecisionRecord)
class DecisionAdmin(TrailAdmin):
    list_display = ["number", "rule_title", "subject", "outcome", "cited", "rulebook", "decided_at"]
    list_filter = [RuleFilter, ("decided_at", RangeDateTimeFilter)]
    list_filter_submit = True
    ordering = ["-id"]
    fields = [
        "rule_title",
        "subject",
        "outcome",
        "said",
        "cited",
        "rulebook",
        "values_shown",
        "facts_shown",
        "terms_shown",
        "decided_at",
        "fingerprint",
    ]
    readonly_fields = fields

    @admin.display(description=_("number"), ordering="pk")
    def number(self, record: DecisionRecord) -> int:
        return record.pk

    @admin.display(description=_("rule"))
    def rule_title(self, record: DecisionRecord) -> str:
        known = {rule.name: rule for rule in registry.all_rules()}
        if record.rule not in known:
            return record.rule
        return f"{known[record.rule].title.in_language(get_language() or 'zh-hans')} ({record.rule})"

    @admin.display(description=_("clauses"))
    def cited(self, record: DecisionRecord) -> str:
        return " ".join(f"§{clause}" for clause in record.clauses)

    @admin.display(description=_("explanation"))
    def said(self, record: DecisionRecord) -> str:
        language = "en" if (get_language() or "").startswith("en") else "zh-hans"
        return str(record.explanation.get(language, ""))

    @admin.display(description=_("values"))
    def values_shown(self, record: DecisionRecord) -> SafeString:
        return _shown(record.values)

    @admin.display(description=_("facts"))
    def facts_shown(self, record: DecisionRecord) -> SafeString:
        return _shown(record.facts)

    @admin.display(description=_("terms of the agreement"))
    def terms_shown(self, record: DecisionRecord) -> SafeString:
        return _shown(record.terms)

    @admin.display(description=_("hash"))
    def fingerprint(self, record: DecisionRecord) -> str:
        return bytes(record.hash).hex()


@admin.register(AuditRecord)
class AuditAdmin(TrailAdmin):
    list_display = ["number", "at", "act", "who", "subject", "decision_link"]
    list_filter = [("at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["decision"]
    ordering = ["-id"]
    fields = [
        "act",
        "who",
        "subject",
        "at",
        "before_shown",
        "after_shown",
        "decision_link",
        "chain",
        "position",
        "fingerprint",
    ]
    readonly_fields = fields

    @admin.display(description=_("number"), ordering="pk")
    def number(self, record: AuditRecord) -> int:
        return record.pk

    @admin.display(description=_("actor"))
    def who(self, record: AuditRecord) -> str:
        return person_named(record.actor_name)

    @admin.display(description=_("before"))
    def before_shown(self, record: AuditRecord) -> SafeString:
        return _shown(record.before)

    @admin.display(description=_("after"))
    def after_shown(self, record: AuditRecord) -> SafeString:
        return _shown(record.after)

    @admin.display(description=_("Decision"))
    def decision_link(self, record: AuditRecord) -> str:
        if record.decision is None:
            return ""
        url = reverse("admin:regulation_decisionrecord_change", args=[record.decision.pk])
        return format_html('<a class="underline" href="{}">{}</a>', url, record.decision)

    @admin.display(description=_("hash"))
    def fingerprint(self, record: AuditRecord) -> str:
        return bytes(record.hash).hex()


@admin.register(AuditSeal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ["number", "kind", "rows", "after_id", "last_id", "sealed_at", "fingerprint"]
    list_filter = ["kind"]
    ordering = ["-number"]
    fields = list_display
    readonly_fields = fields
    show_full_result_count = False
    paginator = InfinitePaginator

    @admin.display(description=_("hash"))
    def fingerprint(self, seal: AuditSeal) -> str:
        return bytes(seal.hash).hex()


def _shown(value: Any) -> SafeString:
    """JSON as people read it."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return format_html('<pre class="whitespace-pre-wrap text-xs">{}</pre>', text)
