"""Complaints, cases, findings, measures, points and appeals."""

from violations.models.cases import Case, CaseStatement
from violations.models.complaints import Complaint, Evidence
from violations.models.findings import Appeal, Finding, Measure, PointsEntry, YearTally

__all__ = [
    "Appeal",
    "Case",
    "CaseStatement",
    "Complaint",
    "Evidence",
    "Finding",
    "Measure",
    "PointsEntry",
    "YearTally",
]
