"""What a finding under a schedule row brings about. Pure: the row, how often before, and the rulebook."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from regulation.types import Freeze, Rulebook, ScheduleRow, StandingStep

GRADES = "ABCDE"
CLEARANCE_GRADE = "E"


@dataclass(frozen=True, slots=True)
class Penalty:
    """Points, freeze and deduction of one finding, after escalation (§19, §20). Amounts in yuan, freezes in days."""

    code: str
    grade: str | None
    points: int
    freeze: Freeze | None
    deduction: Decimal
    measures: tuple[str, ...]
    occurrence: int

    @property
    def clears_out(self) -> bool:
        """Whether it ends the provider's stay by itself (§24(1))."""
        return self.grade == CLEARANCE_GRADE


def penalty(
    *, row: ScheduleRow, found_before: int, deposit_balance: Decimal, on_product: bool, rulebook: Rulebook
) -> Penalty:
    """What a finding costs: the row's own measures, heavier when the same code was found before in the natural year.

    The second time points are multiplied and the freeze takes its next step; the third time points are doubled and
    the class is one up (§20; the factors and steps are platform defaults). `on_product` says whether the case names a
    product: a row that hides a product hides nothing where there is none.
    """
    occurrence = found_before + 1
    points, freeze, grade = row.points, row.freeze, row.grade
    if row.escalates and found_before:
        factors: Sequence[Decimal] = rulebook.parameter("violation.repeat_points_factors")
        factor = Decimal(str(factors[min(found_before, len(factors)) - 1]))
        points = int((points * factor).to_integral_value(rounding=ROUND_CEILING))
        freeze = _next_freeze(freeze, rulebook)
        if found_before >= 2:
            grade = _one_up(grade)
    if "grade_e_on_repeat" in row.measures and found_before:
        grade = CLEARANCE_GRADE
    if grade == CLEARANCE_GRADE:
        points = max(points, int(rulebook.parameter("violation.clearance_points")))
    if freeze is not None and freeze.scope == "product" and not on_product:
        freeze = None
    deduction = row.deduction.taken_from(deposit_balance) if row.deduction else Decimal("0.00")
    return Penalty(row.code, grade, points, freeze, deduction, row.measures, occurrence)


def _one_up(grade: str | None) -> str | None:
    return None if grade is None else GRADES[min(GRADES.index(grade) + 1, len(GRADES) - 1)]


def _next_freeze(freeze: Freeze | None, rulebook: Rulebook) -> Freeze | None:
    if freeze is None or freeze.days is None:
        return freeze
    if freeze.repeat_days is not None:
        return Freeze(freeze.scope, freeze.repeat_days)
    steps = [int(step) for step in rulebook.parameter("violation.freeze_steps")]
    longer = [step for step in steps if step > freeze.days]
    return Freeze(freeze.scope, longer[0] if longer else max(freeze.days, steps[-1]))


def step_reached(*, points_before: int, points: int, rulebook: Rulebook) -> StandingStep | None:
    """The highest step of the standing ladder that a tally has newly reached, or None (§20; platform defaults)."""
    steps: Sequence[StandingStep] = rulebook.parameter("violation.standing_steps")
    reached = [step for step in steps if points_before < step.points <= points]
    return max(reached, key=lambda step: step.points) if reached else None
