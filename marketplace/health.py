"""`GET /healthz`: whether this web process can do its work. For supervisors, balancers and containers.

Answered before host names are checked and before the redirect to HTTPS, since whoever asks stands beside
the process and names it by its address.
"""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse

PATH = "/healthz"


class HealthMiddleware:
    """Answers the health question and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != PATH:
            return self.get_response(request)
        missing = unavailable_parts()
        text = "unavailable: " + ", ".join(missing) if missing else "ok"
        response = HttpResponse(f"{text}\n", content_type="text/plain", status=503 if missing else 200)
        response["Cache-Control"] = "no-store"
        return response


def unavailable_parts() -> list[str]:
    """The parts that do not answer now: "database", "redis"."""
    missing = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        missing.append("database")
        connection.close()
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as broker:
            broker.ping()
    except redis.RedisError:
        missing.append("redis")
    return missing
