"""The house rules that a linter does not know: room sizes, who writes, who reads the clock, and no signals."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    *("core", "regulation", "accounts", "notifications", "ledger", "payments", "providers", "deposits"),
    *("settlements", "catalog", "orders", "support", "refunds", "violations", "exits", "web", "marketplace"),
)
LONGEST = 420
WRITES = {"save", "create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create"}
INTERFACES = {"views", "admin", "api", "tasks", "commands", "clock", "authentication", "middleware"}


def modules() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT)


MODULES = list(modules())


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def is_interface(path: Path) -> bool:
    names = {part.removesuffix(".py") for part in path.parts}
    return path.parts[0] in {"web", "marketplace"} or bool(names & INTERFACES)


def writes_rows(node: ast.AST) -> bool:
    """`something.objects….create(…)`, `row.save(…)`: a call that writes through the ORM."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
        return False
    chain = ast.unparse(node.func.value)
    if ".objects" in chain:
        return True
    return node.func.attr == "save" and not any(word in chain for word in ("storage", "form", "book", "image"))


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_room_stays_small(path: Path) -> None:
    lines = (ROOT / path).read_text(encoding="utf-8").count("\n")

    assert lines <= LONGEST, f"{path} has {lines} lines: divide it"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_nobody_sends_or_hears_signals(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            assert node.module not in {"django.dispatch", "django.db.models.signals", "django.core.signals"}, path


@pytest.mark.parametrize("path", [path for path in MODULES if not is_interface(path)], ids=str)
def test_only_interfaces_read_the_clock(path: Path) -> None:
    if path in {Path("core/sweeps.py"), Path("core/idempotency.py")}:
        return  # the one says when a run started and ended, the other is a piece of REST views
    calls = [ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]

    assert not {"clock.now", "core.clock.now", "timezone.now"} & set(calls), f"{path}: take `now` from the caller"


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in MODULES
        if "services" not in path.with_suffix("").parts and path.parts[0] != "core" and "sandbox" not in path.parts
    ],
    ids=str,
)
def test_only_services_write(path: Path) -> None:
    found = [f"line {node.lineno}: {ast.unparse(node)[:80]}" for node in ast.walk(tree(path)) if writes_rows(node)]

    assert not found, f"{path} writes outside a service:\n" + "\n".join(found)


def test_there_is_no_room_for_odds_and_ends() -> None:
    assert not [path for path in MODULES if path.stem in {"utils", "helpers", "misc", "common"}]
