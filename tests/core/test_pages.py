from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import InvalidInput
from core.models import SweepRun
from core.pages import capped_count, keyset_page

pytestmark = pytest.mark.django_db
ORDER = ["-started_at", "id"]


@pytest.fixture(autouse=True)
def rows(now: datetime) -> None:
    # Two rows share each instant, so that the unique column has to decide.
    SweepRun.objects.bulk_create(
        SweepRun(sweep="s", started_at=now - timedelta(hours=number // 2), moment=now, done=number)
        for number in range(25)
    )


def numbers(page) -> list[int]:
    return [run.done for run in page.items]


def test_walking_on_and_back_sees_every_row_once() -> None:
    seen, cursor, backwards = [], None, None
    while True:
        page = keyset_page(SweepRun.objects.all(), order_by=ORDER, cursor=cursor, size=10)
        seen += numbers(page)
        if page.next_cursor is None:
            backwards = page.previous_cursor
            break
        cursor = page.next_cursor
    assert seen == list(range(25))

    page = keyset_page(SweepRun.objects.all(), order_by=ORDER, cursor=backwards, size=10)
    assert numbers(page) == list(range(10, 20))
    page = keyset_page(SweepRun.objects.all(), order_by=ORDER, cursor=page.previous_cursor, size=10)
    assert numbers(page) == list(range(10))
    assert page.previous_cursor is None


def test_a_page_is_one_query_and_values_serve_as_well_as_objects() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = keyset_page(SweepRun.objects.values("id", "started_at", "done"), order_by=ORDER, size=10)

    assert len(queries) == 1
    assert [row["done"] for row in page.items] == list(range(10))


@pytest.mark.parametrize("cursor", ["x", "!!!", "WyJhZnRlciJd", "WyJhZnRlciIsICJ4IiwgMV0"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        keyset_page(SweepRun.objects.all(), order_by=ORDER, cursor=cursor)

    assert refused.value.field == "cursor"


@pytest.mark.parametrize(("cap", "expected"), [(24, (24, True)), (25, (25, False)), (26, (25, False))])
def test_counts_stop_at_their_cap(cap: int, expected: tuple[int, bool]) -> None:
    assert capped_count(SweepRun.objects.all(), cap) == expected
