"""What an API token may be given. Each app adds its own scopes in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scope:
    """A name such as `orders:read` and what it lets a program do, in words."""

    name: str
    title: Any
    offered_to: Callable[[Any], bool]


_scopes: dict[str, Scope] = {}


def register(name: str, title: Any, offered_to: Callable[[Any], bool] = lambda user: True) -> None:
    """Add a scope that those may give to a token of theirs whom it is offered to: anybody, where nothing is said."""
    _scopes[name] = Scope(name, title, offered_to)


def register_for_operators(name: str, title: Any) -> None:
    """Add a scope that only operators may give."""
    register(name, title, lambda user: bool(user.is_operator))


def available(user: Any) -> list[Scope]:
    """The scopes that a person may give, by name."""
    # Scopes share their question; each is asked once.
    answers = {offered_to: offered_to(user) for offered_to in {scope.offered_to for scope in _scopes.values()}}
    return [_scopes[name] for name in sorted(_scopes) if answers[_scopes[name].offered_to]]


def titles() -> dict[str, Any]:
    """What every scope is called, also of those that are no longer offered to somebody."""
    return {name: scope.title for name, scope in _scopes.items()}
