"""The words of messages: both languages, the same fields, filled in as people read them."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy

from core.clock import BEIJING
from notifications import kinds

GOOD = {"zh-hans": "{a}", "en": "{a}"}


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (Decimal("1200"), "en", "¥1,200.00"),
        (datetime(2026, 3, 2, 6, 5, tzinfo=BEIJING), "zh-hans", "2026-03-02 06:05"),
        (date(2026, 3, 2), "zh-hans", "2026-03-02"),
        ({"zh-hans": "云主机", "en": "Cloud host"}, "en", "Cloud host"),
        ({"zh-hans": Decimal(1), "en": Decimal(2)}, "zh-hans", "¥1.00"),
        (gettext_lazy("Everybody"), "zh-hans", "所有人"),
        (gettext_lazy("Everybody"), "en", "Everybody"),
        ("{b} {0.__class__}", "en", "{b} {0.__class__}"),
        (7, "en", "7"),
    ],
)
def test_values_are_shown_as_people_read_them(value: object, language: str, shown: str) -> None:
    assert kinds.fill("{a}", {"a": value}, language) == shown


def test_a_missing_field_is_an_error() -> None:
    with pytest.raises(KeyError):
        kinds.fill("{a} {b}", {"a": 1}, "en")


@pytest.mark.parametrize(
    ("title", "body", "group", "said"),
    [
        ({"en": "x"}, GOOD, "orders", "title needs"),
        (GOOD, {"zh-hans": "x"}, "orders", "body needs"),
        ({"zh-hans": "{b}", "en": "x"}, GOOD, "orders", "different fields"),
        (GOOD, GOOD, "gossip", "no group"),
    ],
)
def test_half_a_kind_is_refused(title: dict[str, str], body: dict[str, str], group: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        kinds.register("test.half", title=title, body=body, group=group)

    assert "test.half" not in {kind.name for kind in kinds.all_kinds()}


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="already"):
        kinds.register("test.paid", title=GOOD, body=GOOD)


def test_the_end_of_a_period_is_said_by_its_last_day() -> None:
    midnight = datetime(2026, 3, 8, tzinfo=BEIJING)
    values = {"due_at": midnight, "until": midnight, "paid_at": midnight}
    assert (
        kinds.fill("{due_at}、{until}、{paid_at}", values, "zh-hans")
        == "2026-03-07 24:00、2026-03-07 24:00、2026-03-08 00:00"
    )
    assert kinds.fill("{due_at}", values, "en") == "the end of 2026-03-07"
