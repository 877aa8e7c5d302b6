"""What the house rules look for in a module's text: signals, the clock, and rows that are written."""

import ast
import re
from collections.abc import Iterator

# Functions that read the clock, under their full names; handing one on (`default=clock.now`) is reading it as well.
CLOCKS = {
    *("core.clock.now", "django.utils.timezone.now", "django.utils.timezone.localtime"),
    *("django.utils.timezone.localdate", "datetime.datetime.now", "datetime.datetime.utcnow"),
    *("datetime.datetime.today", "datetime.date.today", "time.time", "time.time_ns"),
    *("django.db.models.functions.Now", "django.db.models.functions.datetime.Now"),
}
SIGNALS = re.compile(r"django\.dispatch|(django|allauth|rest_framework)\.(\w+\.)*signals")
WRITES = {
    *("save", "create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create"),
    *("asave", "acreate", "abulk_create", "abulk_update", "aupdate", "adelete", "aget_or_create", "aupdate_or_create"),
}
SQL_WRITES = re.compile(r"\s*(WITH\b.*\b)?(INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|TRUNCATE)\b", re.S)


def lines(text: str) -> int:
    """How long a module is."""
    return text.count("\n")


def signals(text: str) -> list[str]:
    """Imports of what sends or hears signals."""
    return [name for name in _imported(ast.parse(text)).values() if SIGNALS.match(name)]


def clock_reads(text: str) -> list[str]:
    """Every mention of a function that reads the clock, and fields that fill themselves with it."""
    tree = ast.parse(text)
    names = _imported(tree)
    found = [name for name in names.values() if name in CLOCKS]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            full = f"{names.get(first, first)}.{rest}"
            if full in CLOCKS:
                found.append(full)
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            found.append(node.arg)
    return found


def writes(text: str) -> list[str]:
    """Calls that write rows through the ORM, and SQL that writes.

    A file's `save(out)` and a dictionary's `update(other)` take what they work on as an argument without a name, and
    the ORM's never do.
    """
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            bulk = node.func.attr.lstrip("a").startswith("bulk_")
            if bulk or not node.args or isinstance(node.args[0], ast.Starred):
                found.append(f"line {node.lineno}: {ast.unparse(node)[:80]}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_WRITES.match(node.value):
            found.append(f"line {node.lineno}: {node.value.strip()[:80]}")
    return found


def _imported(tree: ast.Module) -> dict[str, str]:
    """The names that a module imports, wherever in it, with what they stand for."""
    return dict(_imports(tree))


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import a.b` binds `a`; the whole name is looked at as well.
                yield (
                    alias.asname or alias.name.partition(".")[0],
                    alias.name if alias.asname else alias.name.partition(".")[0],
                )
                yield (alias.asname or alias.name, alias.name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield (alias.asname or alias.name, f"{node.module}.{alias.name}")
