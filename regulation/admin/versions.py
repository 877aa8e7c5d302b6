"""Versions of the rulebook: a list, what each changes, and the acts that draft, publish, discard and replay."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from core import clock
from core.acts import Actor
from core.admin import ReadOnlyAdmin
from core.admin_values import in_words, person_named
from core.errors import DomainError, NotFound
from regulation import selectors, services
from regulation.admin.forms import BacktestForm, ClauseForm, NoteForm, ParametersForm, PublishForm, RowForm
from regulation.models import RulebookVersion
from regulation.types import clause_key

ROLE = "rulebook"
Draft = RulebookVersion.State.DRAFT


@admin.register(RulebookVersion)
class VersionAdmin(ReadOnlyAdmin):
    list_display = ["version", "standing", "effective_at", "note", "drafter", "publisher"]
    list_filter = ["state"]
    search_fields = ["version", "note"]
    ordering = ["-id"]
    fields = [
        "version",
        "shown_standing",
        "effective_at",
        "note",
        "based_on",
        "drafter",
        "drafted_at",
        "publisher",
        "published_at",
        "content_hash",
    ]
    readonly_fields = fields
    change_form_after_template = "regulation/admin/changes.html"
    actions_list = ["draft_create"]
    actions_detail = ["draft_edit", "draft_publish", "draft_backtest", "draft_discard"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        row = RulebookVersion.objects.filter(pk=object_id).first() if object_id else None
        context = (extra_context or {}) | {"changes": _changes(row) if row else []}
        return super().changeform_view(request, object_id, form_url, context)

    @display(
        description=_("standing"),
        label={"draft": "warning", "published": "info", "in force": "success", "discarded": "danger"},
    )
    def standing(self, row: RulebookVersion) -> tuple[str, Any]:
        if row.state == RulebookVersion.State.PUBLISHED and row.version == self._in_force():
            return "in force", _("In force")
        return str(row.state), row.get_state_display()

    @display(description=_("standing"))
    def shown_standing(self, row: RulebookVersion) -> str:
        """The same in one word, for the page of one version."""
        return str(self.standing(row)[1])

    @display(description=_("drafted by"))
    def drafter(self, row: RulebookVersion) -> str:
        return person_named(row.drafted_by_name)

    @display(description=_("published by"))
    def publisher(self, row: RulebookVersion) -> str:
        return person_named(row.published_by_name)

    def _in_force(self) -> str:
        return selectors.rulebook_at(clock.now()).version

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Operators with the rulebook's role, and only while the version is a draft."""
        if not _may(request):
            return False
        return object_id is None or RulebookVersion.objects.filter(pk=object_id, state=Draft).exists()

    @action(description=_("Start a revision"), permissions=["draft"])
    def draft_create(self, request: HttpRequest) -> HttpResponse:
        """Begin a draft from the last published version."""
        form = NoteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            made = _act(
                request,
                form,
                lambda now, actor: services.rulebook_draft_create(**form.cleaned_data, actor=actor, now=now),
            )
            if made:
                return HttpResponseRedirect(reverse("admin:regulation_rulebookversion_draft_edit", args=[made.pk]))
        return self._page(request, _("Start a revision"), form, submit=_("Start the draft"))

    @action(description=_("Edit the draft"), permissions=["draft"])
    def draft_edit(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Every parameter in one form; a schedule row or a clause on a page of its own (`?row=`, `?clause=`)."""
        row = _draft(request, object_id)
        rulebook = selectors.rulebook_of(row)
        for part, edit in (("row", self._edit_row), ("clause", self._edit_clause)):
            if part in request.GET:
                return edit(request, row, request.GET[part])
        form = ParametersForm(rulebook, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            changes = form.changes()
            if _act(
                request,
                form,
                lambda now, actor: services.rulebook_draft_edit(
                    version=row.version, parameters=changes, actor=actor, now=now
                ),
            ):
                messages.success(request, _("The draft holds %(n)d changed parameters.") % {"n": len(changes)})
                return _back(row)
        language = get_language() or "zh-hans"
        return self._page(
            request,
            _("Edit the draft"),
            form,
            row=row,
            submit=_("Save the parameters"),
            template="regulation/admin/edit.html",
            rows=[(one.code, one.name.in_language(language)) for one in rulebook.schedule.values()],
            clauses=[
                (one.id, one.title.in_language(language))
                for one in sorted(rulebook.clauses.values(), key=lambda clause: clause_key(clause.id))
            ],
        )

    def _edit_row(self, request: HttpRequest, row: RulebookVersion, code: str) -> HttpResponse:
        data = row.content["schedule"].get(code)
        if data is None:
            raise NotFound(_("There is no such row in the schedule."))
        shown = json.dumps(data, ensure_ascii=False, indent=2)
        form = RowForm(request.POST if request.method == "POST" else None, initial={"row": shown})
        if request.method == "POST" and form.is_valid():
            wanted = form.cleaned_data["row"]
            # What was taken out of the text is taken out of the row.
            wanted = {name: None for name in data if name not in wanted} | wanted
            if _act(
                request,
                form,
                lambda now, actor: services.rulebook_draft_edit(
                    version=row.version, schedule={code: wanted}, actor=actor, now=now
                ),
            ):
                return _back(row)
        return self._page(request, f"{_('Schedule row')} {code}", form, row=row, submit=_("Save the row"))

    def _edit_clause(self, request: HttpRequest, row: RulebookVersion, citation: str) -> HttpResponse:
        data = row.content["clauses"].get(citation)
        if data is None:
            raise NotFound(_("There is no such clause."))
        initial = {
            f"{name}_{short}": data[name][language]
            for name in ("title", "text")
            for short, language in (("zh", "zh-hans"), ("en", "en"))
        }
        form = ClauseForm(request.POST if request.method == "POST" else None, initial=initial)
        if request.method == "POST" and form.is_valid():
            words = form.cleaned_data
            edit = {name: {"zh-hans": words[f"{name}_zh"], "en": words[f"{name}_en"]} for name in ("title", "text")}
            if _act(
                request,
                form,
                lambda now, actor: services.rulebook_draft_edit(
                    version=row.version, clauses={citation: edit}, actor=actor, now=now
                ),
            ):
                return _back(row)
        return self._page(request, f"§{citation}", form, row=row, submit=_("Save the clause"))

    @action(description=_("Publish"), permissions=["draft"])
    def draft_publish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Everything that changes, and the moment from which it holds."""
        row = _draft(request, object_id)
        form = PublishForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            published = _act(
                request,
                form,
                lambda now, actor: services.rulebook_publish(
                    version=row.version, effective_at=form.cleaned_data["effective_at"], actor=actor, now=now
                ),
            )
            if published:
                messages.success(request, _("Version %(version)s is published.") % {"version": published.version})
                return _back(row)
        return self._page(
            request, _("Publish the revision"), form, row=row, submit=_("Publish this version"), changes=_changes(row)
        )

    @action(description=_("Replay decisions"), permissions=["draft"])
    def draft_backtest(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Who would be treated differently under the draft."""
        row = _draft(request, object_id)
        form = BacktestForm(request.GET if "rule" in request.GET else None)
        result = None
        if form.is_bound and form.is_valid():
            since = form.cleaned_data["since"]
            result = services.backtest(
                rule=form.cleaned_data["rule"],
                rulebook=selectors.rulebook_of(row),
                since=datetime.combine(since, time.min, tzinfo=clock.BEIJING) if since else None,
            )
        return self._page(
            request,
            _("Replay decisions under the draft"),
            form,
            row=row,
            submit=_("Replay"),
            template="regulation/admin/backtest.html",
            result=result,
        )

    @action(description=_("Discard"), permissions=["draft"])
    def draft_discard(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Give the draft up."""
        row = _draft(request, object_id)
        form = forms.Form(request.POST or None)
        if request.method == "POST" and _act(
            request,
            form,
            lambda now, actor: services.rulebook_draft_discard(version=row.version, actor=actor, now=now),
        ):
            return _back(row)
        return self._page(
            request,
            _("Discard the draft"),
            form,
            row=row,
            submit=_("Discard this draft"),
            consequences=[_("The draft can no longer be edited or published. It stays readable.")],
        )

    def _page(
        self,
        request: HttpRequest,
        title: Any,
        form: forms.Form,
        *,
        submit: Any,
        row: RulebookVersion | None = None,
        template: str = "regulation/admin/act.html",
        **more: Any,
    ) -> HttpResponse:
        back = (
            reverse("admin:regulation_rulebookversion_change", args=[row.pk])
            if row
            else reverse("admin:regulation_rulebookversion_changelist")
        )
        context = {
            **admin.site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "row": row,
            "submit": submit,
            "back": back,
            **more,
        }
        return render(request, template, context)


def _may(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.is_authenticated and user.has_role(ROLE))


def _draft(request: HttpRequest, object_id: int) -> RulebookVersion:
    row = RulebookVersion.objects.filter(pk=object_id, state=Draft).first()
    if row is None or not _may(request):
        raise PermissionDenied
    return row


def _act(
    request: HttpRequest, form: forms.Form, run: Callable[[datetime, Actor], RulebookVersion]
) -> RulebookVersion | None:
    """Run an act; what it refuses is said beside the field it means."""
    try:
        return run(clock.now(), Actor.of(request.user))
    except DomainError as error:
        field = error.field
        if field and hasattr(form, "place"):
            field = form.place(field)
        form.add_error(field if field in form.fields else None, str(error))
        return None


def _back(row: RulebookVersion) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:regulation_rulebookversion_change", args=[row.pk]))


def _changes(row: RulebookVersion) -> list[dict[str, Any]]:
    """What a version changes against the one it was begun from."""
    if not row.based_on:
        return []
    older = RulebookVersion.objects.filter(version=row.based_on).values_list("content", flat=True).first()
    if older is None:
        older = selectors.content_published(row.based_on)
    names = {
        "parameters": _("Parameter"),
        "schedule": _("Schedule row"),
        "clauses": _("Clause"),
        "measures": _("Measure"),
    }
    return [
        {
            "part": names[change.part],
            "key": change.key,
            "name": _name_of(row.content, change.part, change.key),
            "before": _said(change.part, change.before),
            "after": _said(change.part, change.after),
        }
        for change in selectors.changes_between(older, row.content)
    ]


def _name_of(content: dict[str, Any], part: str, key: str) -> str:
    entry = content.get(part, {}).get(key) or {}
    name = entry.get("name") or entry.get("title") if isinstance(entry, dict) else None
    return str(in_words(name)) if name else ""


def _said(part: str, value: Any) -> str:
    if value is None:
        return ""
    if part == "parameters":
        value = value["value"]
    return json.dumps(value, ensure_ascii=False, indent=None if not isinstance(value, dict | list) else 1)
