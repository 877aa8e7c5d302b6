"""How a provider leaves, without Django."""

from enum import StrEnum


class ExitState(StrEnum):
    """Where an exit stands.

    A voluntary exit and an agreement's end go from `preparing` to `left` when the checklist is done. A clearance
    waits as `proposed` for a second operator and then is `executing` until every order and the deposit are settled;
    it is `overturned` where an appeal takes away, after that, what it rests on.
    """

    PREPARING = "preparing"
    PROPOSED = "proposed"
    EXECUTING = "executing"
    LEFT = "left"
    SETTLED = "settled"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OVERTURNED = "overturned"


OPEN_EXITS = frozenset({ExitState.PREPARING, ExitState.PROPOSED, ExitState.EXECUTING, ExitState.LEFT})


class OrderOutcome(StrEnum):
    """What becomes of an order of a leaving provider (§26)."""

    WAITING = "waiting"
    REFUNDED = "refunded"
    AFTER_SALES = "after_sales"


class Choice(StrEnum):
    """What a buyer wants with a running subscription: the unused part back, or use to the end of the term (24,
    §26(1)).
    """

    REFUND = "refund"
    KEEP = "keep"


# Grounds that close everything at once; with the others the platform may, and the display stays until it does.
CLOSING_GROUNDS = frozenset({"24(1)", "24(3)", "24(4)"})
# Grounds that rest on findings, against which the provider may appeal (19).
FROM_FINDINGS = frozenset({"24(1)", "24(4)"})
