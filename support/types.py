"""What after-sales is about, without Django."""

from enum import StrEnum


class TicketState(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    ANSWERED = "answered"
    SOLVED = "solved"
    CLOSED = "closed"


OPEN_TICKETS = frozenset({TicketState.OPEN, TicketState.ANSWERED})


class Period(StrEnum):
    """In which period of its order a ticket was opened (§11(2)1, §11(3)2)."""

    GUARANTEE = "guarantee"
    WARRANTY = "warranty"
    AFTER = "after"


class TicketKind(StrEnum):
    """What a ticket asks for."""

    QUESTION = "question"
    FAULT = "fault"
    UNAVAILABLE = "unavailable"


class Side(StrEnum):
    """Who speaks."""

    BUYER = "buyer"
    PROVIDER = "provider"
    AUTOMATIC = "automatic"
