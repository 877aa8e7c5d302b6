"""Who may see which page of the provider console, for which provider."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from core import clock
from providers.models import Provider
from providers.selectors import permissions_of, provider_for, require_permission
from providers.types import Permission
from web.acts import ActPage, act_page
from web.console.waiting import waiting_counts

View = Callable[..., HttpResponseBase]


def provider_page(permission: Permission) -> Callable[[View], View]:
    """A page of the console for members who hold a permission; it gets the provider and one reading of the clock.

    Whoever belongs to no provider finds nothing there; a member without the permission reads who may.
    """

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            provider = provider_for(request.user)
            if provider is None:
                raise Http404(request.path)
            require_permission(user=request.user, provider=provider, permission=permission)
            request.console_provider = provider  # type: ignore[attr-defined]
            return view(request, provider, clock.now(), *args, **kwargs)

        answer.permission = permission  # type: ignore[attr-defined]  # the navigation asks for it
        return login_required(answer)

    return wrap


def allowed(user: Any, provider: Provider, permission: Permission) -> bool:
    """Whether a member holds a permission, to draw or leave out a button."""
    return permission in permissions_of(user, provider)


def draw(request: HttpRequest, template: str, now: Any, **context: Any) -> HttpResponse:
    """A page of the console with the moment it was drawn for, and the entries at the side."""
    return render(request, f"console/{template}.html", {"now": now, **_navigation(request), **context})


def _navigation(request: HttpRequest) -> dict[str, Any]:
    """Which entries somebody sees at the side, and what waits behind them."""
    provider = getattr(request, "console_provider", None) or provider_for(request.user)
    if provider is None:
        return {"nav_may": frozenset(), "nav_counts": {}}
    may = permissions_of(request.user, provider)
    return {"nav_may": may, "nav_counts": waiting_counts(provider, may)}


def do(request: HttpRequest, page: ActPage, subject: Any, now: Any, *, back: str, target: Any = None) -> HttpResponse:
    """An act's page inside the console."""
    return act_page(
        request,
        page=page,
        subject=subject,
        target=target,
        back=back,
        now=now,
        template="console/act.html",
        more=_navigation(request),
    )
