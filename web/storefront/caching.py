"""Pages for signed-out visitors, kept whole until what they show changes."""

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from catalog.freshness import storefront_revision

KEPT_SECONDS = 60

View = Callable[..., HttpResponse]


def kept_for_visitors(view: View) -> View:
    """Answer a signed-out GET from the cache where it is there; a revision of the storefront leaves all behind.

    What is kept depends on address and language, sets no cookie and holds nobody's data: a request that carries a
    session cookie, or waiting messages, is answered by the view.
    """

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "GET" or settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES:
            return view(request, *args, **kwargs)
        revision = storefront_revision()
        if not revision:
            return view(request, *args, **kwargs)
        asked = f"{request.get_full_path()}|{get_language()}|{bool(request.headers.get('HX-Request'))}"
        key = f"page:{revision}:{hashlib.sha256(asked.encode()).hexdigest()}"
        kept = cache.get(key)
        if kept is not None:
            response = HttpResponse(kept)
        else:
            response = view(request, *args, **kwargs)
            if response.status_code == 200 and not response.cookies and not response.streaming:
                cache.set(key, response.content, KEPT_SECONDS)
        response.headers["Vary"] = "Accept-Language, Cookie"
        return response

    return answer
