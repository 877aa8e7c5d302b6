"""What can be wrong, typed. Each is turned into a page's message or problem details (RFC 9457) in one place."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class DomainError(Exception):
    """Something the platform will not do, said to the person in their language.

    `field` names what to mend, `clauses` why (citations such as `17(4)2`), `decision` the decision that refused.
    """

    code = "refused"
    status = 409

    def __init__(
        self,
        message: "str | _StrPromise",
        *,
        field: str | None = None,
        clauses: Iterable[str] = (),
        decision: Any = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.decision = decision
        self.clauses = tuple(clauses) or (tuple(decision.clauses) if decision is not None else ())

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(DomainError):
    """A value that cannot be used; `field` names it."""

    code = "invalid"
    status = 400


class NotAllowed(DomainError):
    """A rule of the rulebook, or the state that something is in, refuses."""

    code = "not_allowed"
    status = 409


class NotPermitted(DomainError):
    """This person may not do this."""

    code = "not_permitted"
    status = 403


class NotFound(DomainError):
    """There is no such thing, or it is somebody else's."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The same key was used before with other input."""

    code = "conflict"
    status = 409
