"""Acts: the only way anything is written. The outermost act owns the transaction; acts inside it join it."""

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

_depth: ContextVar[int] = ContextVar("act_depth", default=0)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: a person using the platform, an operator, or the platform itself."""

    kind: str
    id: int | None
    name: str

    @classmethod
    def of(cls, user: Any) -> "Actor":
        """The actor that a signed-in account is."""
        return cls("operator" if user.is_operator else "user", user.pk, str(user))

    @property
    def person(self) -> int:
        """The account that acts. Raises TypeError for the platform itself, which signs nothing."""
        if self.id is None:
            raise TypeError("a person has to do this")
        return self.id

    @property
    def reference(self) -> str:
        """As the audit trail names them, such as `operator:7`."""
        return self.kind if self.id is None else f"{self.kind}:{self.id}"


SYSTEM = Actor("system", None, "system")


class OutsideTransaction(RuntimeError):
    """A step that must share its caller's transaction was called without one."""


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Make a keyword-only function an act: all of it happens, or nothing does."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is not inspect.Parameter.KEYWORD_ONLY for parameter in parameters):
        raise TypeError(f"{function.__qualname__}: an act takes keyword-only arguments")

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _depth.get() and connection.in_atomic_block:
            return function(*args, **kwargs)
        token = _depth.set(1)
        try:
            with transaction.atomic():
                return function(*args, **kwargs)
        finally:
            _depth.reset(token)

    run.is_act = True  # type: ignore[attr-defined]
    return run


def require_transaction() -> None:
    """Refuse to go on outside a transaction: what follows must be committed together with its cause."""
    if not connection.in_atomic_block:
        raise OutsideTransaction("call this from an act")
