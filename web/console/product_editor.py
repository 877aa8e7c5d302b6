"""The editor of a version: one section a page, kept as it is written, with what the checks find beside each field."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import services
from catalog.addresses import cover_address
from catalog.models import ProductVersion
from catalog.selectors import SECTIONS, completeness, content_of, live_findings, product_for, version_open_of
from catalog.types import Finding, VersionState
from core.acts import Actor
from core.errors import DomainError, InvalidInput
from providers.models import Provider
from providers.types import Permission
from web.components.steps import Step
from web.console.access import draw, provider_page
from web.console.product_forms import NAMES, changes_of, field_rows, refused_field, section_form
from web.console.product_rows import KINDS, row_kinds, row_set, values_of

PRODUCTS = "/console/products/"
# Lists that are fields of the version, saved with the others.
FIELDS = ("attributes", "open_source", "data_items")


def section_steps(version: ProductVersion, findings: Any, current: str = "") -> list[Step]:
    """The sections with what each still needs."""
    counts = completeness(findings)
    return [
        Step(
            NAMES[name],
            "current" if name == current else "todo" if counts[name] else "done",
            f"{PRODUCTS}{version.product_id}/{name}/",
            _("%(n)d to be changed") % {"n": counts[name]} if counts[name] else "",
        )
        for name in SECTIONS
    ]


class Section:
    """A section of a draft on the page: its fields and lists, what was sent, and what is found in it."""

    def __init__(self, version: ProductVersion, name: str, request: HttpRequest) -> None:
        data = request.POST if request.method == "POST" else None
        self.version, self.name = version, name
        self.form = section_form(version, name, data, request.FILES if data is not None else None)
        content = content_of(version)
        self.sets = {
            kind: row_set(kind, version.attributes if kind == "attributes" else getattr(content, kind), data)
            for kind in row_kinds(name, content)
        }
        self.whole = data is not None and all([self.form.is_valid(), *(one.is_valid() for one in self.sets.values())])

    def written(self) -> tuple[dict[str, Any], dict[str, list[Any]]]:
        """What is fit to be kept: the valid fields, and the lists in which no row is wrong."""
        changes = changes_of(self.version, self.form)
        lists: dict[str, list[Any]] = {}
        for kind, rows in self.sets.items():
            if rows.is_valid():
                (changes if kind in FIELDS else lists)[kind] = values_of(kind, rows)
        return changes, lists

    def keep(self, actor: Actor, now: datetime) -> None:
        """Save what is written, and the cover where one was sent. Raises what the services refuse."""
        changes, lists = self.written()
        if changes or lists:
            services.version_save(version=self.version, changes=changes, actor=actor, now=now, **lists)
        cover = self.form.cleaned_data.get("cover")
        if cover:
            services.cover_set(version=self.version, upload=cover, actor=actor, now=now)

    def refuse(self, error: DomainError) -> bool:
        """Put a refusal beside the field that it names."""
        self.whole = False
        return isinstance(error, InvalidInput) and refused_field(self.form, self.sets, error)

    def drawn(self, findings: tuple[Finding, ...]) -> dict[str, Any]:
        """What the page draws: rows of fields, lists of rows, each with what is found there."""
        places = self._places(findings)
        fields = [
            {
                **row,
                "fields": [
                    {"field": one, "slot": f"found-{one.name}", "found": places.pop(f"found-{one.name}", [])}
                    for one in row["fields"]
                ],
            }
            for row in field_rows(self.form)
        ]
        lists = []
        for kind, rows in self.sets.items():
            lists.append(
                {
                    "kind": KINDS[kind],
                    "name": kind,
                    "rows": rows,
                    "slot": f"found-{kind}",
                    "found": places.pop(f"found-{kind}", []),
                    "forms": [
                        self._row(form, places, fresh=place >= rows.initial_form_count() and not _sent(form))
                        for place, form in enumerate(rows.forms)
                    ],
                }
            )
        return {"fields": fields, "lists": lists, "elsewhere": [one for left in places.values() for one in left]}

    def _row(self, form: Any, places: dict[str, list[Finding]], *, fresh: bool) -> dict[str, Any]:
        slot = f"found-{form.prefix}"
        shown = [one for one in form if one.name not in {"DELETE", "ORDER"}]
        return {
            "form": form,
            "fields": [one for one in shown if not one.is_hidden],
            "hidden": [one for one in shown if one.is_hidden],
            "controls": [one for one in form if one.name in {"DELETE", "ORDER"}],
            "slot": slot,
            "found": places.pop(slot, []),
            "fresh": fresh,
        }

    def _places(self, findings: tuple[Finding, ...]) -> dict[str, list[Finding]]:
        """The findings of this section by the place where they stand."""
        found: dict[str, list[Finding]] = {}
        for one in findings:
            base = one.field.partition(".")[0]
            if base.removesuffix("_zh").removesuffix("_en") not in SECTIONS[self.name]:
                continue
            slot = f"found-{base}"
            if one.row is not None and base in self.sets:
                rows = self.sets[base]
                # While a row is wrong the list is not kept, and what was found is about the rows kept before.
                shown = rows.forms if not rows.is_bound else rows.kept() if rows.is_valid() else []
                if one.row < len(shown):
                    slot = f"found-{shown[one.row].prefix}"
            found.setdefault(slot, []).append(one)
        return found


def _sent(form: Any) -> bool:
    """Whether anything was written into the row that stands there to be added."""
    return bool(form.is_bound and form.has_changed())


@provider_page(Permission.PRODUCTS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, provider: Provider, now: datetime, pk: int, section: str) -> HttpResponse:
    """One section of the version being written. What is typed is kept at once, as far as it can be kept."""
    product = product_for(provider=provider, product_id=pk)
    if section not in SECTIONS:
        raise Http404(section)
    version = version_open_of(product)
    if version is None or version.state != VersionState.DRAFT:
        messages.warning(request, _("There is no draft to change. Begin a new version."))
        return redirect(f"{PRODUCTS}{pk}/")
    page = Section(version, section, request)
    typing = request.headers.get("HX-Request") == "true"
    refused: DomainError | None = None
    if request.method == "POST" and (page.whole or typing):
        try:
            page.keep(Actor.of(request.user), now)
        except DomainError as error:
            if not page.refuse(error):
                refused = error
        else:
            if not typing:
                return redirect(_next(pk, section, "stay" in request.POST))
    version = version_open_of(product) or version
    found = live_findings(version, now=now)
    response = draw(
        request,
        "_product_found" if typing else "product_edit",
        now,
        product=product,
        version=version,
        section=section,
        title=NAMES[section],
        form=page.form,
        refused=refused,
        steps=section_steps(version, found, section),
        stops=completeness(found)[section],
        cover=cover_address(product.pk, version.cover.name or "") if "cover" in page.form.fields else "",
        whole=page.whole,
        problems=_problems(page.form, page.sets),
        crumbs=[(_("Products"), PRODUCTS), (version.title, f"{PRODUCTS}{pk}/")],
        **page.drawn(found),
    )
    if request.method == "POST" and not typing:
        response.status_code = refused.status if refused else 422
    return response


def _problems(form: forms.Form, sets: dict[str, Any]) -> list[tuple[str, str]]:
    """What is wrong in the lists, for the summary on top: where and what."""
    found = []
    for kind, rows in sets.items():
        if rows.is_bound:
            found += [(f"rows-{kind}", str(one)) for one in [*rows.non_form_errors(), rows.problem] if one]
            for one in rows.forms:
                found += [
                    (one[name].auto_id if name in one.fields else f"rows-{kind}", f"{KINDS[kind].name}: {error}")
                    for name, errors in one.errors.items()
                    for error in errors
                ]
    return found


def _next(pk: int, section: str, stay: bool) -> str:
    order = list(SECTIONS)
    at = order.index(section)
    if stay:
        return f"{PRODUCTS}{pk}/{section}/"
    return f"{PRODUCTS}{pk}/{order[at + 1]}/" if at + 1 < len(order) else f"{PRODUCTS}{pk}/"
