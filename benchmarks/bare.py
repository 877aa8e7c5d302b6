"""The bare counterpart of the category page: a Django view with a keyset cursor and a lean template, nothing else."""

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

SIZE = 24
TEMPLATE = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>Bare</title></head><body><ul>
{% for row in rows %}<li><a href="/p/{{ row.0 }}/"><h2>{{ row.1 }}</h2></a><p>{{ row.2 }}</p><p>{{ row.3 }}</p>
<p>¥{{ row.4 }}</p><p>{{ row.5 }} · {{ row.6 }}</p></li>
{% endfor %}</ul>{% if cursor %}<a href="?cursor={{ cursor }}">next</a>{% endif %}</body></html>"""
LIST = """
    SELECT slug, title_zh, tagline_zh, provider_name, price_from, score, sold, popularity, product_id
    FROM catalog_listingcard
    WHERE on_sale AND category_id = %s AND (popularity, product_id) < (%s, %s)
    ORDER BY popularity DESC, product_id DESC LIMIT %s
"""
HIGHEST = 2**31 - 1


def bare_list(request: HttpRequest, category: int) -> HttpResponse:
    """A page of a category."""
    popularity, product = (int(part) for part in request.GET.get("cursor", f"{HIGHEST}-{HIGHEST}").split("-"))
    with connection.cursor() as cursor:
        cursor.execute(LIST, [category, popularity, product, SIZE + 1])
        rows: list[Any] = cursor.fetchall()
    following = f"{rows[SIZE - 1][7]}-{rows[SIZE - 1][8]}" if len(rows) > SIZE else ""
    return HttpResponse(_template().render({"rows": rows[:SIZE], "cursor": following}))


_kept: list[Any] = []


def _template() -> Any:
    if not _kept:
        _kept.append(engines["django"].from_string(TEMPLATE))
    return _kept[0]


urlpatterns = [path("bare/<int:category>/", bare_list)]
