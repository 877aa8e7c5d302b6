"""Domain errors that reach the edge of a page: one place turns them into what the person reads."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import page_not_found

from core.errors import DomainError, NotFound


class DomainErrorMiddleware:
    """A refused act shows why, with its clauses and decision; somebody else's row is Not Found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotFound | Http404):
            # Drawn here, so that a page says the same on a developer's machine as in production.
            return page_not_found(request, exception)
        if not isinstance(exception, DomainError):
            return None
        return render(request, "errors/refused.html", {"error": exception}, status=exception.status)
