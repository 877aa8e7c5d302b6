"""What complaints and cases are about, without Django."""

from enum import StrEnum


class ComplaintState(StrEnum):
    """Where a complaint stands (§18(16))."""

    FILED = "filed"
    RESPONDED = "responded"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


OPEN_COMPLAINTS = frozenset({ComplaintState.FILED, ComplaintState.RESPONDED})


class CaseState(StrEnum):
    """Where a case stands: the provider is heard, then an operator finds (§19)."""

    HEARING = "hearing"
    HEARD = "heard"
    FOUND = "found"
    DISMISSED = "dismissed"


OPEN_CASES = frozenset({CaseState.HEARING, CaseState.HEARD})


class CaseSource(StrEnum):
    """What brought a case about."""

    COMPLAINT = "complaint"
    LATE_RESPONSE = "late_response"
    LATE_REPORT = "late_report"
    OPERATOR = "operator"


class FindingState(StrEnum):
    """A finding stands, is under appeal, was confirmed on appeal, or was overturned."""

    STANDING = "standing"
    APPEALED = "appealed"
    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"


class AppealState(StrEnum):
    """Where an appeal stands."""

    FILED = "filed"
    REJECTED = "rejected"
    ALLOWED = "allowed"


class MeasureKind(StrEnum):
    """What a finding brings about (§20)."""

    POINTS = "points"
    FREEZE = "freeze"
    PRODUCT_FREEZE = "product_freeze"
    PUBLISHING_FREEZE = "publishing_freeze"
    DEDUCTION = "deduction"
    COMPENSATION = "compensation"
    OTHER = "other"


class MeasureState(StrEnum):
    """Whether a measure is in force, has run its time, or was taken back."""

    IN_FORCE = "in_force"
    ENDED = "ended"
    REVERSED = "reversed"
