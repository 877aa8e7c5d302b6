"""Complaints, cases, findings, measures, points and appeals."""

from violations.models.campaigns import Campaign
from violations.models.cases import Case, CaseStatement
from violations.models.complaints import Complaint, Evidence
from violations.models.defects import Defect
from violations.models.findings import Appeal, Finding, Measure, PointsEntry, YearTally
from violations.models.reports import MessageReport
from violations.models.takedowns import Remedy, Takedown, TakedownFile

__all__ = [
    "Appeal",
    "Campaign",
    "Case",
    "CaseStatement",
    "Complaint",
    "Defect",
    "Evidence",
    "Finding",
    "Measure",
    "MessageReport",
    "PointsEntry",
    "Remedy",
    "Takedown",
    "TakedownFile",
    "YearTally",
]
