"""What an API token may be given. Each app adds its own scopes in `AppConfig.ready()`."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scope:
    """A name such as `orders:read` and what it lets a program do, in words."""

    name: str
    title: Any
    operators_only: bool


_scopes: dict[str, Scope] = {}


def register(name: str, title: Any) -> None:
    """Add a scope that anybody may give to a token of theirs."""
    _scopes[name] = Scope(name, title, False)


def register_for_operators(name: str, title: Any) -> None:
    """Add a scope that only operators may give."""
    _scopes[name] = Scope(name, title, True)


def available(*, operator: bool) -> list[Scope]:
    """The scopes that a person may give, by name."""
    return [_scopes[name] for name in sorted(_scopes) if operator or not _scopes[name].operators_only]
