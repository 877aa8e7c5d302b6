"""What a list's address asks for."""

from django.http import QueryDict
from django.utils.translation import override

from web.components.lists import FilterSpec, list_state

FILTERS = [FilterSpec("state", "State", [("paid", "Paid"), ("late", "Late")], {"paid": 3})]
SORTS = [("-placed", "Newest"), ("total", "Amount")]


def state(query):
    with override("en"):
        return list_state(QueryDict(query), filters=FILTERS, sorts=SORTS, default_sort="-placed")


def test_values_that_the_page_does_not_offer_never_reach_the_query():
    shown = state("state=anything&sort=secret_column&q=%20audit%20")
    assert shown.values == {}
    assert shown.sort == "-placed"
    assert shown.q == "audit"


def test_a_filter_in_force_is_a_chip_that_takes_itself_away():
    shown = state("state=paid&q=audit&sort=total&cursor=abc")
    assert shown.values == {"state": "paid"}
    assert [chip.label for chip in shown.chips] == ["“audit”", "State: Paid"]
    assert shown.chips[1].url == "?q=audit&sort=total"
    assert shown.clear_url == "?sort=total"
    assert shown.filters[0].chosen == "Paid"
    assert [choice.count for choice in shown.filters[0].choices] == [None, 3, 0]


def test_changing_anything_goes_back_to_the_first_page():
    shown = state("state=paid&cursor=abc")
    urls = [choice.url for choice in (*shown.filters[0].choices, *shown.sorts)]
    assert all("cursor" not in url for url in urls)


def test_a_heading_sorts_upwards_first_and_then_downwards():
    assert state("").column("Amount", "total", "num").url == "?sort=total"
    upwards = state("sort=total").column("Amount", "total", "num")
    assert (upwards.direction, upwards.url) == ("ascending", "?sort=-total")
    downwards = state("sort=-total").column("Amount", "total")
    assert (downwards.direction, downwards.url) == ("descending", "?sort=total")
    assert state("sort=-total").column("State").url == ""


def test_searching_keeps_filters_and_order():
    assert list(state("state=paid&sort=total&q=x").kept) == [("state", "paid"), ("sort", "total")]
