"""Tags of every page: `{% load market %}`. Money, Beijing time, waiting sentences, clauses, icons, addresses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.html import escape, format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from core.admin_links import Linked, link_to
from web.components import cards, charts, navigation, words
from web.components import clauses as clause_pieces
from web.components import countdown as clocks
from web.components import decision as decisions
from web.components import forms as form_pieces
from web.components import ladder as ladders
from web.components import money as money_pieces
from web.components.icons import TONE_ICONS, icon_svg
from web.components.reviews import stars_html

register = template.Library()


def _now(context: template.Context | dict[str, Any]) -> datetime:
    """The moment of the page: `now` of its context where the view passed it, otherwise the clock."""
    given = context.get("now")
    return given if isinstance(given, datetime) else clock.now()


@register.filter
def money(amount: Any) -> str:
    """`{{ order.total|money }}` → `¥1,200.00`."""
    return words.yuan_text(amount)


@register.filter
def beijing(at: Any) -> str:
    """`{{ order.paid_at|beijing }}` → `2026-03-02 14:05`."""
    return words.unbroken(words.beijing_text(at))


@register.filter
def day(at: Any) -> str:
    """`{{ order.paid_at|day }}` → `2026-03-02`."""
    return words.unbroken(words.day_text(at))


@register.filter
def ends(at: Any) -> str:
    """`{{ store.until|ends }}` → `2026-03-07 24:00`: the end of a period, said by its last day."""
    return words.unbroken(words.end_text(at))


@register.filter
def unbroken(text: Any) -> str:
    """`{{ order.number|unbroken }}`: no line ends inside a day, a number or an amount."""
    return words.unbroken(text)


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: Any) -> SafeString | str:
    """`{% moment order.paid_at %}` → a <time> in Beijing time with the relative time on hover."""
    instant = words.as_instant(at)
    if instant is None:
        return "—"
    return format_html(
        '<time class="moment" datetime="{}" title="{}">{}</time>',
        instant.isoformat(),
        words.relative_text(instant, _now(context)),
        words.beijing_text(instant),
    )


@register.simple_tag(takes_context=True)
def relative(context: template.Context, at: Any) -> str:
    """`{% relative order.paid_at %}` → `3 天前`."""
    return words.relative_text(at, _now(context))


@register.simple_tag(takes_context=True)
def deadline(context: template.Context, at: Any) -> str:
    """`{% deadline refund.due_at %}` → `3月7日 24:00`, for use inside a sentence."""
    return words.deadline_text(at, _now(context))


@register.simple_tag(takes_context=True)
def waiting(context: template.Context, sentence: Any, due_at: Any = None) -> str:
    """`{% waiting sentence refund.due_at %}` → `等待服务商回复，最晚 3月4日 14:05`.

    A bilingual Text says its own deadline.
    """
    if hasattr(sentence, "in_language"):
        return words.unbroken(language_text(sentence))
    return words.unbroken(words.waiting_text(sentence, due_at, _now(context)))


@register.filter
def clauses(citations: Iterable[str] | None) -> list[str]:
    """Citations once each, in the order of the regulation."""
    return clause_pieces.in_order(citations or ())


@register.filter
def clause_url(citation: str) -> str:
    """The page of a clause."""
    return clause_pieces.url_of(citation)


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """`{% icon "package" %}`; with a label where the icon stands alone."""
    return icon_svg(str(name), str(label), str(extra))


@register.filter
def under(path: str, start: str) -> bool:
    """Whether an address stands below another."""
    return path.startswith(start)


@register.filter
def tone_icon(tone: str) -> str:
    """The icon that goes with a tone, so that no state is told by colour alone."""
    return TONE_ICONS.get(str(tone), "circle")


@register.filter
def language_text(value: Any) -> str:
    """The reader's words out of a bilingual value: a Text, or a dict with `zh-hans` and `en`."""
    if hasattr(value, "in_language"):
        return str(value.in_language(get_language() or settings.LANGUAGE_CODE))
    if isinstance(value, dict):
        chinese = value.get("zh-hans") or value.get("zh") or ""
        return str(chinese if words.in_chinese() else value.get("en") or chinese)
    return "" if value is None else str(value)


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """`{{ counts|lookup:row.id }}`."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's address with some parameters changed; None or "" removes one. The cursor never stays."""
    request = context.get("request")
    params = request.GET.copy() if request is not None else {}
    params.pop("cursor", None)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    encoded = params.urlencode() if hasattr(params, "urlencode") else urlencode(params)
    return f"?{encoded}" if encoded else "?"


@register.simple_tag(takes_context=True)
def piece_id(context: template.Context, prefix: str) -> str:
    """An id that is unique on the page and the same each time the page is drawn."""
    cell: Any = context.render_context if hasattr(context, "render_context") else {}
    request = context.get("request")
    if request is not None:
        used = getattr(request, "piece_ids", 0) + 1
        request.piece_ids = used
    else:
        used = cell.get("piece_ids", 0) + 1
        cell["piece_ids"] = used
    return f"{prefix}-{used}"


@register.simple_tag(takes_context=True)
def brand(context: template.Context) -> str:
    """The platform's name in force; that of the settings where a page is drawn without a request (errors)."""
    names: dict[str, str] = settings.SITE_NAME
    return str(context.get("site_name") or names["zh-hans" if words.in_chinese() else "en"])


@register.simple_tag
def brand_mark() -> SafeString:
    """The platform's mark: a cloud over a ruled line."""
    return mark_safe(
        '<svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">'
        '<rect class="brand-ground" width="32" height="32" rx="8"/>'
        '<path class="brand-cloud" d="M9.6 18.5a4.1 4.1 0 0 1-.3-8.2 6.2 6.2 0 0 1 11.9-1.2 4.8 4.8 0 0 1 .9 9.4z"/>'
        '<path class="brand-rule" d="M6.5 23.5h19"/></svg>'
    )


@register.simple_tag
def page_words() -> SafeString:
    """The few words that scripts need, as data (no script is written into a page)."""
    return json_script(
        {
            "moment": _("under a minute"),
            "open_clause": _("Open the clause"),
            "days": _("{n} d"),
            "hours": _("{n} h"),
            "minutes": _("{n} min"),
            "left": _("{time} left"),
            "late": _("{time} late"),
            "copied": _("Copied"),
            "saving": _("Saving…"),
            "saved": _("Saved"),
            "unsaved": _("Not saved. Check your connection; what you wrote is still here."),
            "selected": _("{n} selected"),
            "loading": _("Loading…"),
            "too_large": _("{name} is larger than {limit} MB."),
        },
        "page-words",
    )


@register.simple_tag(takes_context=True)
def console_sections(context: template.Context) -> list[navigation.NavSection]:
    """The provider console's navigation for this page, as `nav_counts` and `nav_may` of the context say."""
    request = context.get("request")
    provider = getattr(request, "console_provider", None)
    admitted = provider is not None and provider.admitted_at is not None
    return navigation.console_sections(
        request.path if request else "",
        context.get("nav_counts") or {},
        may=context.get("nav_may") or frozenset(),
        admitted=admitted,
    )


@register.simple_tag(takes_context=True)
def console_link(context: template.Context, url: str, words: Any, css_class: str = "") -> Any:
    """A page of the console as a link for the members who may open it, the words alone for the others."""
    needed = navigation.permission_for(url)
    if needed is not None and needed not in context["nav_may"]:
        return format_html('<span class="{}">{}</span>', css_class, words)
    return format_html('<a class="{}" href="{}">{}</a>', css_class, url, words)


@register.simple_tag(takes_context=True)
def desk_link(context: template.Context, row: Any, words: Any = None, url: str = "") -> Any:
    """A row of the desk as a link for the operators who see its screen."""
    return link_to(context["request"], row, words, url)


@register.simple_tag(takes_context=True)
def desk_value(context: template.Context, value: Any) -> Any:
    """A value of a review page; rows of other screens as links for the operators who see them."""
    return desk_link(context, value.row, value.words) if isinstance(value, Linked) else value


@register.simple_tag(takes_context=True)
def unread_messages(context: template.Context) -> int:
    """How many in-site messages the signed-in person has not read."""
    from notifications import selectors

    user = context.get("user")
    if user is None or not user.is_authenticated:
        return 0
    return int(selectors.unread_count(user))


@register.filter
def tag_attrs(value: dict[str, Any]) -> SafeString:
    """A dict as HTML attributes; True stands alone, None and False are left out."""
    parts = []
    for name, item in value.items():
        if item is None or item is False:
            continue
        parts.append(f" {escape(name)}" if item is True else f' {escape(name)}="{escape(str(item))}"')
    return mark_safe("".join(parts))


@register.simple_tag
def field_parts(field: Any, extra_help: str = "") -> form_pieces.FieldParts:
    """How a bound field is drawn (for the field component)."""
    return form_pieces.field_parts(field, extra_help)


@register.simple_tag(takes_context=True)
def countdown(context: template.Context, at: Any, start: Any = None) -> clocks.Countdown | None:
    """The clock of a deadline (for the countdown component)."""
    return clocks.countdown(at, _now(context), start)


@register.simple_tag
def decision_view(decision: Any, facts: Any = None) -> decisions.DecisionView | None:
    """What a decision panel shows (for the decision component)."""
    return decisions.decision_view(decision, facts or None)


@register.simple_tag
def money_place(key: str) -> money_pieces.Place:
    """A place where money can be (for the money line)."""
    return money_pieces.place(key)


@register.simple_tag
def ladder(points: Any) -> ladders.Ladder:
    """The standing ladder at a tally."""
    return ladders.ladder(int(points or 0))


@register.simple_tag
def stars(score: Any) -> SafeString:
    """`{% stars product.score %}`: five stars."""
    return stars_html(score)


@register.simple_tag
def chart_data(chart: charts.Chart, element_id: str) -> SafeString:
    """The numbers of a chart as data for its canvas."""
    return json_script(chart.data(), f"{element_id}-data")


@register.simple_tag
def product_cards(products: Iterable[Any], heading: str = "h3") -> SafeString:
    """A grid of products from plain values; keys in web.components.cards."""
    return cards.product_cards(products, heading)
