"""The storefront's category page over many products, beside a bare Django view with a cursor and a lean template.

Both are served in turns by Django's WSGI handler in this process, without a network between, so that what is compared
is the page itself. `--size` is the number of products in the category.
"""

from typing import Any

from benchmarks import ground, laying

REQUESTS = 40
ROUNDS = 7


def lay_out(cursor: Any, size: int, now: Any) -> Any:
    """A category of `size` products by a hundred providers; gives one product, made by the acts."""
    from tests.catalog.making import make_listed

    laying.people_anew()
    product, _person = make_listed(now, description_zh=laying.description())
    card = f"s.product_id = {product.pk}"
    first = 10_000_000
    ground.unguarded(
        cursor,
        [
            laying.copies(
                cursor,
                "providers_provider",
                of=f"s.id = {product.provider_id}",
                count=100,
                changes=laying.PROVIDER | {"id": f"{first} + n"},
            ),
            laying.copies(
                cursor,
                "catalog_product",
                of=f"s.id = {product.pk}",
                count=size,
                changes={"id": f"{first} + n", "slug": "'bench-' || n", "provider_id": f"{first} + 1 + n % 100"},
            ),
            laying.copies(
                cursor,
                "catalog_listingcard",
                of=card,
                count=size,
                changes={
                    "product_id": f"{first} + n",
                    "provider_id": f"{first} + 1 + n % 100",
                    "slug": "'bench-' || n",
                    "title_zh": "'云上日志管家 ' || n || ' 号'",
                    "price_from": "10 + n % 5000",
                    "price_to": "10 + n % 5000",
                    "popularity": "(n * 7919) % 100003",
                    "sold": "(n * 7919) % 100003",
                },
            ),
        ],
    )
    cursor.execute("ANALYZE catalog_listingcard, catalog_product, providers_provider")
    return product


class Visitor:
    """Somebody with or without a session who asks for pages through the WSGI handler."""

    def __init__(self, handler: Any, cookies: str = "") -> None:
        from django.test import RequestFactory

        self.handler = handler
        self.factory = RequestFactory(HTTP_COOKIE=cookies, HTTP_ACCEPT_LANGUAGE="zh-hans", HTTP_HOST="127.0.0.1")

    def ask(self, address: str) -> bytes:
        said: list[str] = []
        environ = self.factory.get(address).environ
        response = self.handler(environ, lambda status, _headers: said.append(status))
        body = b"".join(response)
        response.close()
        if not said[0].startswith("200"):
            raise SystemExit(f"{address}: {said[0]}")
        return body

    def ask_many(self, address: str) -> None:
        for _time in range(REQUESTS):
            self.ask(address)


def signed_in(now: Any) -> str:
    """The cookie of somebody who has signed in."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from tests.providers.making import make_person

    user = make_person(now).user
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def statements(visitor: Visitor, address: str) -> int:
    """How many SQL statements a page takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        visitor.ask(address)
    return len(captured)


def main() -> None:
    given = ground.arguments(__doc__, 20_000)
    ground.set_up()
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections
    from django.test import override_settings

    # Pages are asked for inside the transaction that is taken back, so its connection stays between them.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)

    class BareHandler(WSGIHandler):
        """Knows the bare view only."""

        def resolve_request(self, request: Any) -> Any:
            request.urlconf = "benchmarks.bare"
            return super().resolve_request(request)

    from core import clock

    with ground.taken_back() as cursor:
        now = clock.now()
        product = lay_out(cursor, given.size, now)
        ours = WSGIHandler()
        ours.load_middleware()
        with override_settings(MIDDLEWARE=[]):
            handler = BareHandler()
            handler.load_middleware()
        bare, page = Visitor(handler), f"/c/{product.category.slug}/"
        visitor, member = Visitor(ours), Visitor(ours, signed_in(now))
        fresh = iter(range(1_000_000))

        def bare_pages() -> None:
            bare.ask_many(f"/bare/{product.category_id}/")

        def first_views() -> None:
            for _time in range(REQUESTS):
                visitor.ask(f"{page}?seen={next(fresh)}")

        works = [bare_pages, lambda: visitor.ask_many(page), lambda: member.ask_many(page), first_views]
        taken = ground.in_turns(works, rounds=ROUNDS)
        rates = [REQUESTS / seconds for seconds in taken]
        print(f"{given.size:,} products in one category; SQL statements: ", end="")
        print(f"signed in {statements(member, page)}, signed out kept {statements(visitor, page)}")
        ground.tell(ground.Beside("category page, signed out", rates[1], rates[0], "pages/s", 0.4))
        ground.tell(ground.Beside("category page, signed in", rates[2], rates[0], "pages/s", 0.15))
        ground.tell(ground.Beside("category page, signed out, never kept", rates[3], rates[0], "pages/s"))
        ground.forget_cache()
    ground.close_books()


if __name__ == "__main__":
    main()
