"""Shows every piece with believable data. It answers only where settings.STYLEGUIDE says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import pgettext

from core import clock
from web.components.covers import cover_svg, logo_svg
from web.components.navigation import NavItem, NavSection
from web.styleguide import samples, shelf, stories
from web.styleguide.forms import SampleForm

PAGES = {
    "foundations": ("layout-grid", samples.foundations),
    "forms": ("square-pen", lambda now: {}),
    "lists": ("list", samples.lists),
    "decisions": ("scale", stories.decisions),
    "money": ("wallet", samples.money),
    "pictures": ("chart-line", samples.pictures),
    "talk": ("messages-square", stories.talk),
    "store": ("store", shelf.store),
    "confirm": ("triangle-alert", samples.confirm),
}

View = Callable[..., HttpResponse]


def development_only(view: View) -> View:
    """Not Found unless the style guide is switched on."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.STYLEGUIDE:
            raise Http404
        return view(request, *args, **kwargs)

    return shown


def _titles() -> dict[str, str]:
    return {
        "foundations": pgettext("style guide", "Color, type, buttons"),
        "forms": pgettext("style guide", "Forms"),
        "lists": pgettext("style guide", "Lists"),
        "decisions": pgettext("style guide", "Decisions and deadlines"),
        "money": pgettext("style guide", "Money and standing"),
        "pictures": pgettext("style guide", "Charts and progress"),
        "talk": pgettext("style guide", "Conversations and trails"),
        "store": pgettext("style guide", "Storefront"),
        "confirm": pgettext("style guide", "Before an act"),
    }


def _nav(current: str) -> list[NavSection]:
    items = []
    for name, label in _titles().items():
        url = reverse("styleguide") if name == "foundations" else reverse("styleguide-page", kwargs={"name": name})
        items.append(NavItem(url, label, PAGES[name][0], current=name == current))
    return [NavSection("", items)]


@development_only
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One group of pieces."""
    if name not in PAGES:
        raise Http404
    now = clock.now()
    _icon, build = PAGES[name]
    context: dict[str, Any] = {
        "now": now,
        "nav_sections": _nav(name),
        "page_title": _titles()[name],
        "clause_base": "/styleguide/clauses/",
        **build(now),
    }
    if name == "forms":
        context["form"] = SampleForm(initial=samples.form_initial())
        context["wrong"] = SampleForm(data={"price": "-1"}, prefix="wrong")
        context["beside"] = SampleForm(initial={"price": "1200.00"}, prefix="beside")
        if request.method == "POST":
            context["form"] = SampleForm(data=request.POST, files=request.FILES)
            if context["form"].is_valid():
                messages.success(request, pgettext("style guide", "The form is in order."))
    if name == "lists":
        context["list"] = samples.list_of(request.GET)
    if name == "foundations":
        messages.success(request, samples.say("已保存商品草稿。", "The draft of the listing was saved."))
    return render(request, f"styleguide/{name}.html", context)


@development_only
def clause(request: HttpRequest, citation: str) -> HttpResponse:
    """A clause's card, as the chips of the style guide open it."""
    return render(request, "styleguide/clause.html", {"card": stories.clause_card(citation)})


@development_only
def cover(request: HttpRequest) -> HttpResponse:
    """A drawn cover by `?name=&category=`."""
    svg = cover_svg(request.GET.get("name", "")[:80], request.GET.get("category", "")[:40])
    return HttpResponse(svg, content_type="image/svg+xml")


@development_only
def logo(request: HttpRequest) -> HttpResponse:
    """A drawn logo by `?name=&category=`."""
    svg = logo_svg(request.GET.get("name", "")[:80], request.GET.get("category", "")[:40])
    return HttpResponse(svg, content_type="image/svg+xml")
