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
    LATE_REMEDY = "late_remedy"
    LATE_DEFECT = "late_defect"
    STALE = "stale"
    OPERATOR = "operator"


class ReportState(StrEnum):
    """Where a report about a message stands: an operator looks at it (§14, §18(7))."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class ReportKind(StrEnum):
    """What looks wrong in a message."""

    PAYMENT = "payment"
    CONTACT = "contact"
    LINK = "link"
    CLOUD = "cloud"
    ABUSE = "abuse"
    OTHER = "other"


class TakedownState(StrEnum):
    """Where a claim that a product infringes rights stands (§18(17))."""

    FILED = "filed"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class RemedyState(StrEnum):
    """Where the remedy of one affected user stands (§18(17)2)."""

    OWED = "owed"
    OFFERED = "offered"
    ACCEPTED = "accepted"


class RemedyKind(StrEnum):
    """What a provider does for a user of a product that was taken down (§18(17)2)."""

    SUBSTITUTE = "substitute"
    MIGRATION = "migration"
    COSTS = "costs"


class DefectState(StrEnum):
    """Where a defect of a product stands (§18(6))."""

    ASKED = "asked"
    DISCLOSED = "disclosed"
    DENIED = "denied"
    MENDED = "mended"
    NONE = "none"
    CONTESTED = "contested"


class CampaignState(StrEnum):
    """Where a promotion stands: nothing is sent without the platform's consent (§18(9))."""

    SUBMITTED = "submitted"
    SENT = "sent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


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
