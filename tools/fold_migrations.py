"""Fold a first migration's indexes and constraints into their models: `python -m tools.fold_migrations APP…`.

Django writes each as a step of its own after the models and re-reads the whole history of models for every step, so
an empty database takes twice as long to migrate. Declared with their model they cost nothing, and the tables are the
same. For first migrations that nobody has applied yet; files with functions of their own are left alone.
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


def _names(declared: Any) -> set[str]:
    """Every word in the declaration that could be the name of a field."""
    _, arguments, keywords = declared.deconstruct()
    words = re.findall(r"\w+", repr((arguments, keywords)))
    parts = {part for word in words for part in word.split("__")}
    return parts | {part.removesuffix("_id") for part in parts}


def fold(operations: list[Any]) -> list[Any]:
    """The operations with every index and constraint moved into its model where all its fields are there."""
    from django.db import migrations
    from django.db.migrations.operations.models import AddConstraint, AddIndex

    models = {
        operation.name_lower: operation for operation in operations if isinstance(operation, migrations.CreateModel)
    }
    added_later: dict[str, set[str]] = {}
    for operation in operations:
        if isinstance(operation, migrations.AddField):
            added_later.setdefault(operation.model_name_lower, set()).add(operation.name)
    kept = []
    for operation in operations:
        if isinstance(operation, AddIndex | AddConstraint):
            declared = operation.index if isinstance(operation, AddIndex) else operation.constraint
            model = models.get(operation.model_name_lower)
            if model and not _names(declared) & added_later.get(operation.model_name_lower, set()):
                option = "indexes" if isinstance(operation, AddIndex) else "constraints"
                model.options[option] = [*model.options.get(option, []), declared]
                continue
        kept.append(operation)
    return kept


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
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", *map(str, paths)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
