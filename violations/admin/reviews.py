"""What the reviews of complaints, cases and appeals show: evidence left, and what a finding would cost right."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.reviews import Facts, Papers, Review, Said, Words, decided, linked
from core.clock import BEIJING
from core.money import format_yuan
from core.periods import start_of_day, year_of
from deposits.selectors import deposit_balance
from providers.models import Provider
from regulation.selectors import rulebook_at, rulebook_named
from regulation.types import Rulebook
from violations import selectors
from violations.models import Appeal, Case, Complaint, Evidence, Finding, Measure
from violations.types import OPEN_CASES

HISTORY = 10


def _language() -> str:
    return get_language() or "zh-hans"


def row_name(rulebook: Rulebook, code: str) -> str:
    """A row of the schedule in the reader's words, by its code."""
    row = rulebook.schedule.get(code)
    return f"{code} {row.name.in_language(_language())}" if row else code


def _papers(files: Iterable[Evidence]) -> Papers:
    return Papers(
        _("Files"),
        [
            (one.name, reverse("admin:violations_complaint_evidence", args=[one.pk]), one.get_side_display())
            for one in files
        ],
    )


def standing(provider: Provider, now: datetime) -> list[Any]:
    """How a provider stands: points, deposit, and what was found earlier."""
    year = year_of(now)
    findings = Finding.objects.filter(provider=provider).select_related("case").order_by("-decided_at")[:HISTORY]
    return [
        Facts(
            _("How the provider stands"),
            [
                (_("Points this year"), selectors.points_of_year(provider.pk, year)),
                (_("Deposit held"), deposit_balance(provider.pk)),
            ],
        ),
        Said(
            _("Earlier findings"),
            [
                (
                    one.case.number,
                    one.decided_at,
                    _("%(row)s · points: %(points)s · %(state)s")
                    % {
                        "row": row_name(rulebook_named(one.rulebook), one.code),
                        "points": one.points,
                        "state": one.get_state_display(),
                    },
                )
                for one in findings
            ],
            _("None."),
        ),
    ]


def _prospect(provider: Provider, code: str, rulebook: Rulebook, on_product: bool, now: datetime) -> list[Any]:
    """What a finding under this row would bring about today, before anybody presses a button."""
    row = rulebook.schedule.get(code)
    if row is None:
        return []
    year = year_of(now)
    before = selectors.points_of_year(provider.pk, year)
    cost = selectors.penalty_of(provider.pk, code, rulebook, on_product=on_product, now=now)
    frozen: Any = None
    if cost.freeze is not None:
        days = cost.freeze.days
        frozen = _("%(days)s days") % {"days": days} if days else _("until what is wrong has been mended")
    limit = rulebook.parameter("violation.clearance_points")
    after = before + cost.points
    return [
        Facts(
            _("What a finding under this row would bring about"),
            [
                (_("Schedule row"), row_name(rulebook, code)),
                (_("Clauses"), " ".join(f"§{clause}" for clause in row.clauses)),
                (_("Times this year, with this one"), cost.occurrence),
                (_("Points"), _("%(points)s, making %(total)s of %(limit)s this year") % {
                    "points": cost.points, "total": after, "limit": limit,
                }),
                (_("Freeze"), frozen or _("none")),
                (_("Deduction from the deposit"), cost.deduction),
                (_("Clearance"), _("everything closes at once, and a second operator confirms the clearance (20(4))")
                 if cost.clears_out or after >= limit else _("no")),
            ],
        )
    ]  # fmt: skip


def _consequences(case: Case, rulebook: Rulebook, now: datetime) -> list[Any]:
    """What a finding would bring about, or what the one that was made has brought about."""
    finding = Finding.objects.filter(case=case).select_related("decision").first()
    if finding is None:
        if case.state not in OPEN_CASES:
            return []
        return _prospect(case.provider, case.code, rulebook, case.product_id is not None, now)
    return [
        *decided(_("Decision"), finding.decision),
        Words(_("Why it was found"), finding.reason),
        Facts(
            _("Measures"),
            [(measure_name(one, rulebook), measure_extent(one)) for one in finding.measures.order_by("id")],
        ),
        Facts(
            _("Appeal"),
            [(_("Finding"), finding.get_state_display()), (_("To be appealed until"), finding.appeal_due_at)],
        ),
    ]


def measure_name(measure: Measure, rulebook: Rulebook) -> str:
    """What a measure is, in the words of the rulebook where it has a name of its own."""
    named = rulebook.measures.get(measure.name)
    return named.in_language(_language()) if named else str(measure.get_kind_display())


def measure_extent(measure: Measure) -> str:
    """How far a measure goes: points, money, or until when, and whether it is in force."""
    parts = [measure.get_state_display()]
    if measure.points:
        parts.insert(0, str(measure.points))
    if measure.amount:
        parts.insert(0, format_yuan(measure.amount))
    if measure.until:
        until = localtime(measure.until, BEIJING)
        parts.append(str(_("until %(at)s") % {"at": f"{until:%Y-%m-%d %H:%M}"}))
    return " · ".join(str(part) for part in parts)


def of_complaint(complaint: Complaint, now: datetime) -> Review:
    """A complaint: what was said by both sides, and what the row it names would cost."""
    rulebook = rulebook_at(start_of_day(complaint.conduct_on))
    product = complaint.product
    evidence: list[Any] = [
        Facts(
            _("Complaint"),
            [
                (_("Number"), complaint.number),
                (_("Complainant"), complaint.complainant),
                (_("Provider"), linked(complaint.provider)),
                (_("Order"), linked(complaint.order)),
                (_("Product"), linked(product)),
                (_("About"), complaint.code and row_name(rulebook, complaint.code)),
                (_("When it happened"), complaint.conduct_on),
                (_("Filed"), complaint.filed_at),
            ],
        ),
        Words(_("What the complainant says"), complaint.statement),
    ]
    if complaint.response:
        evidence.append(Words(_("What the provider answers"), complaint.response))
    evidence.append(_papers(selectors.evidence_of(complaint)))
    late = complaint.responded_at is None or complaint.responded_at > complaint.due_at
    judgement: list[Any] = [
        Facts(
            _("Where it stands"),
            [
                (_("State"), complaint.get_state_display()),
                (_("Answer due (18(16))"), complaint.due_at),
                (_("Answered"), complaint.responded_at or _("not yet")),
                (_("In time"), _("no") if late and complaint.due_at <= now else "" if late else _("yes")),
                (pgettext_lazy("when", "Decided"), complaint.decided_at),
                (_("Reason"), complaint.outcome_reason),
            ],
        ),
        *_prospect(complaint.provider, complaint.code, rulebook, complaint.product_id is not None, now),
        *standing(complaint.provider, now),
    ]
    return Review(evidence, judgement)


def of_case(case: Case, now: datetime) -> Review:
    """A case: what is held against the provider, what it said, and what a finding would cost."""
    rulebook = rulebook_named(case.rulebook)
    evidence: list[Any] = [
        Facts(
            _("Case"),
            [
                (_("Number"), case.number),
                (_("Provider"), linked(case.provider)),
                (_("Brought about by"), case.get_source_display()),
                (_("Complaint"), linked(case.complaint)),
                (_("Order"), linked(case.order)),
                (_("Product"), linked(case.product)),
                (_("When it happened"), case.occurred_at),
                (_("Opened"), case.opened_at),
            ],
        ),
        Words(_("What is held against the provider"), case.examined),
    ]
    if case.complaint is not None:
        evidence.append(Words(_("What the complainant says"), case.complaint.statement))
        if case.complaint.response:
            evidence.append(Words(_("What the provider answered to the complaint"), case.complaint.response))
    said = case.statements.select_related("author").order_by("id")
    evidence += [
        Said(
            _("Hearing"),
            [(f"{one.get_side_display()} · {one.author}", one.said_at, one.text) for one in said],
            _("The provider has said nothing."),
        ),
        _papers(case.evidence.order_by("id")),
    ]
    judgement: list[Any] = [
        Facts(
            _("Where it stands"),
            [
                (_("State"), case.get_state_display()),
                (_("To be heard until"), case.hearing_due_at),
                (_("Closed at once"), _("yes") if case.closed_at_once else _("no")),
                (_("Rules applied"), case.rulebook),
                (pgettext_lazy("when", "Closed"), case.closed_at),
                (_("Reason"), case.closing_reason),
            ],
        ),
        *_consequences(case, rulebook, now),
        *standing(case.provider, now),
    ]
    return Review(evidence, judgement)


def of_appeal(appeal: Appeal, now: datetime) -> Review:
    """An appeal: the finding with everything that led to it, and what overturning it would take back."""
    finding = appeal.finding
    case = of_case(finding.case, now)
    measures = finding.measures.order_by("id")
    judgement: list[Any] = [
        Facts(
            _("Appeal"),
            [
                (_("State"), appeal.get_state_display()),
                (_("Filed"), appeal.filed_at),
                (_("Found by"), appeal.found_by),
                (_("Decided by"), appeal.decided_by),
                (pgettext_lazy("when", "Decided"), appeal.decided_at),
                (_("Reason"), appeal.reason),
            ],
        ),
        Facts(
            _("The finding appealed against"),
            [
                (_("Schedule row"), row_name(rulebook_named(finding.rulebook), finding.code)),
                (_("Points"), finding.points),
                (_("Times this year, with this one"), finding.occurrence),
                (pgettext_lazy("when", "Decided"), finding.decided_at),
            ],
        ),
        Words(_("Why it was found"), finding.reason),
        *decided(_("Decision"), finding.decision),
        Facts(
            _("Measures that overturning it takes back"),
            [(measure_name(one, rulebook_named(finding.rulebook)), measure_extent(one)) for one in measures],
        ),
    ]
    return Review([Words(_("What the provider appeals"), appeal.statement), *case.evidence], judgement)
