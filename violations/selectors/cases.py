"""Reading complaints, cases, findings and points, and the one door to other people's."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Sum

from core.errors import NotFound
from core.periods import year_of
from deposits.selectors import deposit_balance
from providers.models import Provider
from providers.selectors import staff_users
from providers.types import Permission
from regulation.types import Rulebook
from violations.measures import Penalty, penalty
from violations.models import Appeal, Case, CaseStatement, Complaint, Evidence, Finding, Measure, PointsEntry, YearTally
from violations.rules import PointsRecord
from violations.types import AppealState, CaseState, MeasureState


def people_of(provider: Any) -> list[Any]:
    """Whom of a provider's team complaints and cases are told."""
    return list(staff_users(provider, Permission.COMPLAINTS))


def complaint_locked(pk: int) -> Complaint:
    """The complaint under its row lock."""
    return (
        Complaint.objects.select_for_update(of=("self",), no_key=True)
        .select_related("provider", "order", "product", "complainant")
        .get(pk=pk)
    )


def case_locked(pk: int) -> Case:
    """The case under its row lock."""
    return (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("provider", "order", "product")
        .get(pk=pk)
    )


def finding_locked(pk: int) -> Finding:
    """The finding under its row lock."""
    return Finding.objects.select_for_update(of=("self",), no_key=True).select_related("provider", "case").get(pk=pk)


def appeal_locked(pk: int) -> Appeal:
    """The appeal under its row lock."""
    return Appeal.objects.select_for_update(of=("self",), no_key=True).select_related("finding__provider").get(pk=pk)


def measure_locked(pk: int) -> Measure:
    """The measure under its row lock."""
    return (
        Measure.objects.select_for_update(of=("self",), no_key=True)
        .select_related("finding__provider", "finding__case__product")
        .get(pk=pk)
    )


def case_of_event(event: str) -> Case | None:
    """The case that was opened for an event, or None: one event is charged once."""
    return Case.objects.filter(event=event).first()


def complaints_of_person(user: Any) -> QuerySet[Complaint]:
    """What somebody complained of, latest first."""
    return Complaint.objects.filter(complainant=user).select_related("provider__store", "order")


def complaint_of_person(user: Any, number: str) -> Complaint:
    """A person's own complaint. Raises NotFound for anybody else's."""
    return _one(complaints_of_person(user), number)


def complaints_of_provider(provider: Provider) -> QuerySet[Complaint]:
    """The complaints of a provider."""
    return Complaint.objects.filter(provider=provider).select_related("order", "complainant")


def complaint_of_provider(provider: Provider, number: str) -> Complaint:
    """A complaint of this provider. Raises NotFound for any other's."""
    return _one(complaints_of_provider(provider), number)


def cases_of_provider(provider: Provider) -> QuerySet[Any]:
    """The cases of a provider, with their findings, and whether it has `spoken` in them."""
    said = CaseStatement.objects.filter(case=OuterRef("pk"), side="provider")
    rows: QuerySet[Any] = Case.objects.filter(provider=provider).annotate(spoken=Exists(said))
    return rows.select_related("finding__appeal_record", "product", "order", "complaint")


def hearings_of_provider(provider: Provider) -> QuerySet[Any]:
    """The cases in which a provider is heard and has said nothing yet, whose hearing ends first coming first (§19)."""
    rows = cases_of_provider(provider).filter(state=CaseState.HEARING, spoken=False)
    return rows.order_by("hearing_due_at", "id")


def case_of_provider(provider: Provider, number: str) -> Case:
    """A case of this provider. Raises NotFound for any other's."""
    return _one(cases_of_provider(provider), number)


def _one(rows: "QuerySet[Any]", number: str) -> Any:
    found = rows.filter(number=number).first()
    if found is None:
        raise NotFound("no such number")
    return found


def measures_of_provider(provider: Provider) -> QuerySet[Measure]:
    """Every measure that a provider's findings brought about, latest first."""
    return (
        Measure.objects.filter(finding__provider=provider).select_related("finding__case").order_by("-starts_at", "-id")
    )


def steps_above(provider: Provider, points: int) -> Iterable[Measure]:
    """Measures in force of steps of the standing ladder that a tally no longer reaches, under lock (§20(5))."""
    return (
        Measure.objects.select_for_update(of=("self",), no_key=True)
        .filter(finding__provider=provider, state=MeasureState.IN_FORCE, step__gt=points)
        .select_related("finding__provider", "finding__case__product")
        .order_by("id")
    )


def measures_to_reverse(finding: Finding) -> Iterable[Measure]:
    """What an overturned finding brought about and was not taken back yet, under lock."""
    return (
        Measure.objects.select_for_update(of=("self",), no_key=True)
        .filter(finding=finding)
        .exclude(state=MeasureState.REVERSED)
        .select_related("finding__provider", "finding__case__product")
        .order_by("id")
    )


def findings_of_code(provider_id: int, code: str, year: int) -> int:
    """How often a code was found of a provider within a natural year and stands (§19)."""
    return (
        Finding.objects.filter(provider_id=provider_id, code=code, points_entries__year=year)
        .exclude(state="overturned")
        .distinct()
        .count()
    )


def points_of_year(provider_id: int, year: int) -> int:
    """A provider's points of a natural year, what was taken back left out (§21)."""
    total = PointsEntry.objects.filter(provider_id=provider_id, year=year).aggregate(total=Sum("points"))["total"]
    return int(total or 0)


def penalty_of(provider_id: int, code: str, rulebook: Rulebook, *, on_product: bool, now: datetime) -> Penalty:
    """What a finding under a row of a rulebook costs (19, 20): by how often the code was found before in the year of
    the finding (§21), and what the deposit holds. `on_product` says whether the case names a product.
    """
    return penalty(
        row=rulebook.schedule[code],
        found_before=findings_of_code(provider_id, code, year_of(now)),
        deposit_balance=deposit_balance(provider_id),
        on_product=on_product,
        rulebook=rulebook,
    )


def points_records(provider_id: int) -> tuple[PointsRecord, ...]:
    """The entries of a provider that stand, as `violation.points` reads them."""
    entries = PointsEntry.objects.filter(provider_id=provider_id, reverses=None, reversed_by=None).order_by("id")
    return tuple(PointsRecord(points=e.points, occurred_at=e.occurred_at, decided_at=e.decided_at) for e in entries)


def points_entry_of(finding: Finding) -> PointsEntry | None:
    """The points that a finding gave and that were not taken back, or None."""
    return PointsEntry.objects.filter(finding=finding, reverses=None, reversed_by=None).first()


def tally_exists(provider_id: int, year: int) -> bool:
    """Whether a closed year has been written down."""
    return YearTally.objects.filter(provider_id=provider_id, year=year).exists()


def tallies_of(provider: Provider) -> QuerySet[YearTally]:
    """The closed years of a provider, latest first."""
    return YearTally.objects.filter(provider=provider).order_by("-year")


def complaints_lapsed(now: datetime, limit: int) -> list[int]:
    """Complaints whose thirty minutes ended without an answer (§18(16))."""
    rows = Complaint.objects.filter(state="filed", responded_at=None, late_recorded_at=None, due_at__lte=now)
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:limit])


def hearings_lapsed(now: datetime, limit: int) -> list[int]:
    """Cases whose time to be heard has ended (§19)."""
    rows = Case.objects.filter(state="hearing", hearing_due_at__lte=now)
    return list(rows.order_by("hearing_due_at", "id").values_list("pk", flat=True)[:limit])


def measures_due(now: datetime, limit: int) -> list[int]:
    """Measures whose time is over (§20(2))."""
    rows = Measure.objects.filter(state=MeasureState.IN_FORCE, until__lte=now)
    return list(rows.order_by("until", "id").values_list("pk", flat=True)[:limit])


def years_to_close(now: datetime, limit: int) -> list[str]:
    """Providers with points in a year that has ended and is not written down yet, as `provider:year` (§21)."""
    written = YearTally.objects.filter(provider=OuterRef("provider"), year=OuterRef("year"))
    rows = (
        PointsEntry.objects.filter(~Exists(written), year__lt=year_of(now), reverses=None)
        .order_by("provider_id", "year")
        .values_list("provider_id", "year")
        .distinct()
    )
    return [f"{provider}:{year}" for provider, year in rows[:limit]]


def complaints_waiting() -> QuerySet[Complaint]:
    """Complaints that an operator has to examine, the oldest first (§18(16))."""
    rows = Complaint.objects.filter(state__in=["filed", "responded"])
    return rows.select_related("provider", "complainant", "order").order_by("filed_at", "id")


def cases_waiting() -> QuerySet[Case]:
    """Cases whose provider was heard and that wait for a finding (§19)."""
    return Case.objects.filter(state="heard").select_related("provider").order_by("heard_at", "id")


def appeals_waiting() -> QuerySet[Appeal]:
    """Appeals that wait for another operator (§19)."""
    return Appeal.objects.filter(state="filed").select_related("finding__case").order_by("filed_at", "id")


def open_appeals_of(provider: Provider) -> int:
    """How many appeals of a provider wait for another operator (§19)."""
    return Appeal.objects.filter(finding__provider=provider, state=AppealState.FILED).count()


def evidence_of(complaint: Complaint) -> list[Evidence]:
    """What both sides have put forward to a complaint, the oldest first."""
    return list(complaint.evidence.order_by("id"))


def evidence_of_complainant(complaint: Complaint, files: Iterable[Evidence]) -> dict[datetime, list[Evidence]]:
    """What the complainant has put forward, by the moment it came: with the filing first, then what was added."""
    by_moment: dict[datetime, list[Evidence]] = {complaint.filed_at: []}
    for one in files:
        if one.side == "complainant":
            by_moment.setdefault(one.given_at, []).append(one)
    return by_moment


def evidence_file(complaint: Complaint, pk: int) -> Evidence:
    """One file of a complaint. Raises NotFound for any other's."""
    found = complaint.evidence.filter(pk=pk).first()
    if found is None:
        raise NotFound("no such file")
    return found


def evidence_of_case(case: Case) -> list[Evidence]:
    """What was put forward in a case, the oldest first."""
    return list(Evidence.objects.filter(case=case).order_by("id"))


def case_evidence_file(case: Case, pk: int) -> Evidence:
    """One file of a case. Raises NotFound for any other's."""
    found = Evidence.objects.filter(case=case, pk=pk).first()
    if found is None:
        raise NotFound("no such file")
    return found


def cases_of_complaint(complaint: Complaint) -> list[Case]:
    """The cases that a complaint brought about, the oldest first."""
    return list(Case.objects.filter(complaint=complaint).order_by("id"))
