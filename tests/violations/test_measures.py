"""What a finding costs, by row and repetition: tables without a database."""

from decimal import Decimal

import pytest

from regulation.shipped import shipped_rulebook, shipped_versions
from violations.measures import penalty, step_reached

RULEBOOK = shipped_rulebook(shipped_versions()[0])


def cost(code: str, *, before: int = 0, balance: str = "10000.00", on_product: bool = True):
    return penalty(
        row=RULEBOOK.schedule[code],
        found_before=before,
        deposit_balance=Decimal(balance),
        on_product=on_product,
        rulebook=RULEBOOK,
    )


@pytest.mark.clause("19", "20", "20(1)")
@pytest.mark.parametrize(
    ("code", "before", "grade", "points"),
    [
        ("V1816", 0, "B", 2),
        ("V1816", 1, "B", 3),
        ("V1816", 2, "C", 4),
        ("V1816", 7, "C", 4),
        ("V1005", 1, "B", 5),
        ("V1003", 1, "A", 2),
        ("V1502", 2, "E", 24),
        ("V0903", 3, None, 0),
        ("V1401", 0, "E", 24),
        ("V1819", 1, "E", 24),
    ],
)
def test_points_and_class_by_repetition(code: str, before: int, grade: str | None, points: int) -> None:
    found = cost(code, before=before)

    assert (found.grade, found.points) == (grade, points)


@pytest.mark.clause("20(2)")
@pytest.mark.parametrize(
    ("code", "before", "on_product", "expected"),
    [
        ("V1502", 0, False, ("store", 15)),
        ("V1502", 1, False, ("store", 30)),
        ("V1404", 0, False, ("store", 7)),
        ("V1404", 1, False, ("store", 15)),
        ("V1103", 1, False, ("store", 30)),
        ("V1005", 0, True, ("product", 7)),
        ("V1005", 0, False, None),
        ("V1016", 0, True, ("product", None)),
        ("V1816", 0, True, None),
    ],
)
def test_freezes_by_repetition(
    code: str, before: int, on_product: bool, expected: tuple[str, int | None] | None
) -> None:
    freeze = cost(code, before=before, on_product=on_product).freeze

    assert (freeze and (freeze.scope, freeze.days)) == expected


@pytest.mark.clause("20(3)")
@pytest.mark.parametrize(
    ("code", "balance", "expected"),
    [
        ("V1001", "10000.00", "1000.00"),
        ("V1001", "600.00", "600.00"),
        ("V1017", "8000.00", "4000.00"),
        ("V1017", "20000.00", "5000.00"),
        ("V1401", "20000.00", "20000.00"),
        ("V1102", "20000.00", "0.00"),
        ("V1816", "20000.00", "0.00"),
    ],
)
def test_deductions_never_exceed_what_the_deposit_holds(code: str, balance: str, expected: str) -> None:
    assert cost(code, balance=balance).deduction == Decimal(expected)


@pytest.mark.clause("20(5)")
@pytest.mark.parametrize(
    ("before", "after", "step"),
    [(0, 5, None), (0, 6, 6), (5, 6, 6), (6, 11, None), (6, 12, 12), (4, 18, 18), (17, 18, 18), (18, 23, None)],
)
def test_a_step_is_taken_once_and_the_highest_one_counts(before: int, after: int, step: int | None) -> None:
    reached = step_reached(points_before=before, points=after, rulebook=RULEBOOK)

    assert (reached and reached.points) == step
