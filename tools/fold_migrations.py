"""Fold a first migration into as few steps as it needs: `python -m tools.fold_migrations APP…`.

Django writes foreign keys, indexes, constraints and triggers as steps of their own after the models, and re-reads the
whole history of models for every step, so an empty database takes twice as long to migrate. Declared with their model
they cost nothing, and the tables are the same; the triggers are installed by one step at the end. For first migrations
that nobody has applied yet; files with functions of their own are left alone.
"""

import argparse
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# The option of a model that holds what a step of its own adds, and how the step calls it.
_DECLARED = {"indexes": "index", "constraints": "constraint", "triggers": "trigger"}


def _names(declared: Any) -> set[str]:
    """Every word in the declaration that could be the name of a field."""
    _, arguments, keywords = declared.deconstruct()
    words = re.findall(r"\w+", repr((arguments, keywords)))
    parts = {part for word in words for part in word.split("__")}
    return parts | {part.removesuffix("_id") for part in parts}


def _targets(field: Any) -> set[str]:
    """The model that a field points to, in lower case, without its app; none for a plain one."""
    remote = getattr(field, "remote_field", None)
    model = getattr(remote, "model", None)
    return {str(model).rpartition(".")[2].lower()} if isinstance(model, str) else set()


def _with_fields(models: dict[str, Any], added: list[Any]) -> tuple[list[Any], list[Any]]:
    """The models, each after those it points to, with the fields that were added to them; and the fields that close
    a circle, which stay steps of their own.
    """
    from django.db.migrations import AddField

    waiting = dict(models)
    pointing: dict[str, list[Any]] = {}
    for name, model in models.items():
        own = [AddField(name, field_name, field) for field_name, field in model.fields if _targets(field)]
        model.fields = [(field_name, field) for field_name, field in model.fields if not _targets(field)]
        pointing[name] = own + [one for one in added if one.model_name_lower == name]
    ordered: list[Any] = []
    late: list[Any] = []
    while waiting:

        def open_ends(name: str) -> list[Any]:
            return [one for one in pointing[name] if (_targets(one.field) & set(waiting)) - {name}]

        name = min(waiting, key=lambda each: (len(open_ends(each)), list(models).index(each)))
        closing = open_ends(name)
        model = waiting.pop(name)
        model.fields += [(one.name, one.field) for one in pointing[name] if one not in closing]
        late += closing
        ordered.append(model)
    return ordered, late


def fold(operations: list[Any]) -> list[Any]:
    """The operations with every field, index, constraint and trigger moved into its model where it can be."""
    from django.db import migrations
    from django.db.migrations.operations.models import AddConstraint, AddIndex
    from pgtrigger.migrations import AddTrigger

    from core.triggers import InstallTriggers

    models = {one.name_lower: one for one in operations if isinstance(one, migrations.CreateModel)}
    mine = [one for one in operations if isinstance(one, migrations.AddField) and one.model_name_lower in models]
    ordered, late = _with_fields(models, mine)
    added_later: dict[str, set[str]] = {}
    for one in late:
        added_later.setdefault(one.model_name_lower, set()).add(one.name)
    options = {AddIndex: "indexes", AddConstraint: "constraints", AddTrigger: "triggers"}
    kept = []
    triggers = False
    for operation in operations:
        if operation in mine or operation in ordered:
            continue
        option = options.get(type(operation), "")
        model = models.get(operation.model_name.lower()) if option else None
        if model is not None:
            declared = getattr(operation, _DECLARED[option])
            if option == "triggers" or not _names(declared) & added_later.get(operation.model_name.lower(), set()):
                model.options[option] = [*model.options.get(option, []), declared]
                triggers = triggers or option == "triggers"
                continue
        kept.append(operation)
    return [*ordered, *late, *kept, *([InstallTriggers()] if triggers else [])]


def main() -> int:
    """Rewrite the `0001_initial.py` of the apps that are named, and of no other; says what it did."""
    wanting = argparse.ArgumentParser(prog="python -m tools.fold_migrations", description=__doc__)
    wanting.add_argument("apps", nargs="+", metavar="APP", help="an app whose first migration is rewritten")
    apps = wanting.parse_args().apps
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    import django

    django.setup()
    from django.db.migrations.writer import MigrationWriter

    paths = [ROOT / app / "migrations" / "0001_initial.py" for app in apps]
    for path in paths:
        app = path.parts[-3]
        if re.search(r"^def ", path.read_text(), re.MULTILINE):
            print(f"{app}: has functions of its own, left alone")
            continue
        migration = importlib.import_module(f"{app}.migrations.0001_initial").Migration("0001_initial", app)
        before = len(migration.operations)
        migration.operations = fold(migration.operations)
        if len(migration.operations) < before:
            path.write_text(MigrationWriter(migration).as_string())
            print(f"{app}: {before} steps, now {len(migration.operations)}")
    for ruff in (["check", "--fix", "-q"], ["format", "-q"]):
        subprocess.run([sys.executable, "-m", "ruff", *ruff, *map(str, paths)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
