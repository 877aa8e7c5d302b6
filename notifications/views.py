"""What was I told? Messages, announcements, mail preferences; and the mailbox of a development machine."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.authentication import signed_in
from core import clock
from core.acts import Actor
from core.pages import capped_count, keyset_page
from notifications import kinds, selectors, services

SIZE = 20
# A mail's own HTML is shown apart from everything: no scripts, no forms, nothing loaded from here.
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def toolbar(request: HttpRequest, q: str, filters: list[dict[str, Any]]) -> dict[str, Any]:
    """What `<c-toolbar>` draws: search, filters, and the filters in force as chips."""

    def address(**changes: str) -> str:
        params = request.GET.copy()
        params.pop("cursor", None)
        for name, value in changes.items():
            params[name] = value
            if not value:
                del params[name]
        return f"?{params.urlencode()}"

    drawn, chips = [], [{"label": f"“{q}”", "url": address(q="")}] if q else []
    kept = []
    for spec in filters:
        titles = {"": _("All"), **spec["choices"]}
        value = spec["value"]
        choices = [
            {"label": title, "url": address(**{spec["name"]: name}), "current": name == value, "count": None}
            for name, title in titles.items()
        ]
        drawn.append({"label": spec["label"], "chosen": titles[value] if value else "", "choices": choices})
        if value:
            kept.append((spec["name"], value))
            chips.append({"label": f"{spec['label']}: {titles[value]}", "url": address(**{spec["name"]: ""})})
    return {"q": q, "filters": drawn, "sorts": [], "chips": chips, "kept": kept, "clear_url": "?"}


def columns(*labels: Any) -> list[dict[str, Any]]:
    """The headings of a `<c-table>`."""
    return [{"label": label} for label in labels]


@login_required
@never_cache
@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """Somebody's messages, newest first: all or unread, of one group, with words in the title."""
    user = signed_in(request)
    groups = {name: title for name, title in kinds.GROUPS.items() if name != "work" or user.is_operator}
    show = "unread" if request.GET.get("show") == "unread" else ""
    group = request.GET.get("group", "") if request.GET.get("group") in groups else ""
    q = request.GET.get("q", "").strip()[:100]
    rows = selectors.messages_found(user, only_unread=bool(show), group=group, q=q)
    count, capped = capped_count(rows)
    filters = [
        {"name": "show", "label": _("State"), "value": show, "choices": {"unread": _("Unread")}},
        {"name": "group", "label": _("About"), "value": group, "choices": groups},
    ]
    context: dict[str, Any] = {
        "page": keyset_page(rows, order_by=["-pk"], cursor=request.GET.get("cursor"), size=SIZE),
        "count": count,
        "capped": capped,
        "unread": selectors.unread_count(user),
        "groups": kinds.GROUPS,
        "columns": columns(_("Title"), _("About"), _("Sent")),
        "list": toolbar(request, q, filters),
        "only_unread": bool(show),
        "narrowed": bool(q or group),
    }
    return render(request, "notifications/messages.html", context)


@login_required
@never_cache
@require_GET
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message; opening it is reading it."""
    found = selectors.message_for(signed_in(request), pk)
    services.message_read(message=found, actor=Actor.of(request.user), now=clock.now())
    # Links are paths of this site, written by acts; anything else is not followed.
    link = found.link if url_has_allowed_host_and_scheme(found.link, allowed_hosts=None) else ""
    group = kinds.GROUPS.get(found.group, "")
    return render(request, "notifications/message.html", {"found": found, "link": link, "group": group})


@login_required
@require_POST
def messages_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    n = services.messages_read_all(user=signed_in(request), actor=Actor.of(request.user), now=clock.now())
    notices.success(request, ngettext("%(n)d message marked as read.", "%(n)d messages marked as read.", n) % {"n": n})
    return redirect("messages")


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Which groups of messages also come by mail."""
    user = signed_in(request)
    if request.method == "POST":
        services.mail_preferences_set(
            user=user,
            groups_by_mail=[name for name in request.POST.getlist("groups") if name in kinds.GROUPS],
            actor=Actor.of(user),
            now=clock.now(),
        )
        notices.success(request, _("Your mail preferences are saved."))
        return redirect("message_preferences")
    return render(request, "notifications/preferences.html", {"choices": selectors.mail_choices(user)})


@require_GET
def announcements(request: HttpRequest) -> HttpResponse:
    """What the platform announced to everybody."""
    rows = selectors.announcements_published()
    page = keyset_page(rows, order_by=["-pk"], cursor=request.GET.get("cursor"), size=SIZE)
    headings = columns(_("Title"), _("About"), _("Takes effect"))
    return render(request, "notifications/announcements.html", {"page": page, "columns": headings})


@require_GET
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """One announcement, and when it takes effect."""
    found = selectors.announcement_for(signed_in(request) if request.user.is_authenticated else None, pk)
    return render(request, "notifications/announcement.html", {"found": found, "now": clock.now()})


def development_only(view: Any) -> Any:
    """Not Found unless the mailbox is switched on."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MAILBOX:
            raise Http404
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    return shown


@development_only
@never_cache
@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """Mail and text messages that would have left, newest first; `q` finds an address or a subject."""
    q = request.GET.get("q", "").strip()[:100]
    page = keyset_page(selectors.mailbox_found(q), order_by=["-pk"], cursor=request.GET.get("cursor"), size=SIZE)
    headings = columns(pgettext("notifications", "Subject"), _("To"), _("Way"), _("Sent"))
    context = {"page": page, "list": toolbar(request, q, []), "columns": headings}
    return render(request, "notifications/mailbox.html", context)


@development_only
@never_cache
@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail or text message, as text."""
    return render(request, "notifications/mail_caught.html", {"found": selectors.caught_mail(pk)})


@development_only
@never_cache
@require_GET
def mail_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of a mail, by itself."""
    response = HttpResponse(selectors.caught_mail(pk).html)
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response
