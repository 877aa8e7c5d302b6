"""The directions of imports are really held: each contract is broken on purpose, in a copy of the code.

import-linter reads the code without running it, so a breach needs no more than its line.
"""

import itertools
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
APPS, INSIDE, PURE = (contract["name"] for contract in OPTIONS["contracts"])
ORDER = OPTIONS["contracts"][0]["layers"]
LAYERS = [[name.strip("() ") for name in layer.split("|")] for layer in OPTIONS["contracts"][1]["layers"]]


def exists(module: str) -> bool:
    path = ROOT.joinpath(*module.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def upward_pairs(app: str) -> list[tuple[str, str]]:
    """For each layer that an app has, a module of it and one of the next layer above."""
    there = [found for layer in LAYERS if (found := [f"{app}.{name}" for name in layer if exists(f"{app}.{name}")])]
    return [(lower[0], upper[0]) for upper, lower in itertools.pairwise(there)]


class Code:
    """A copy of the code, in which it may be broken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(ROOT / "pyproject.toml", folder)
        for package in OPTIONS["root_packages"]:
            for path in (ROOT / package).rglob("*.py"):
                copy = folder / path.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)

    def import_(self, importer: str, imported: str) -> None:
        """Let one module import another, inside a function, where it is seen least."""
        path = self.folder.joinpath(*importer.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        with path.open("a", encoding="utf-8") as module:
            module.write(f"\n\ndef _breach() -> None:\n    import {imported}\n")

    def lint(self) -> tuple[int, str]:
        """The exit status of the linter and what it says."""
        done = subprocess.run(
            [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def code(tmp_path: Path) -> Code:
    return Code(tmp_path)


def test_the_code_as_it_is_keeps_them(code: Code) -> None:
    status, said = code.lint()

    assert status == 0, said
    assert "Contracts: 3 kept, 0 broken." in said


@pytest.mark.parametrize(
    ("importer", "imported", "contract"),
    [
        ("core.apps", "regulation.apps", APPS),
        ("ledger.apps", "payments.apps", APPS),
        ("refunds.apps", "web.storefront", APPS),
        ("core.apps", "marketplace.health", APPS),
        ("orders.models", "orders.services", INSIDE),
        ("refunds.selectors", "refunds.admin", INSIDE),
        ("exits.rules", "django.db", PURE),
        ("orders.types", "rest_framework", PURE),
    ],
)
def test_one_line_is_enough_to_break_one(code: Code, importer: str, imported: str, contract: str) -> None:
    code.import_(importer, imported)

    status, said = code.lint()

    assert status == 1
    assert f"{contract} BROKEN" in said
    assert "Contracts: 2 kept, 1 broken." in said


def test_no_app_may_import_the_one_above(code: Code) -> None:
    pairs = list(zip(ORDER[1:], ORDER, strict=False))
    for lower, upper in pairs:
        code.import_(lower, upper)

    status, said = code.lint()

    assert status == 1
    assert len(pairs) == len(OPTIONS["root_packages"]) - 1
    assert not [pair for pair in pairs if "{} is not allowed to import {}:".format(*pair) not in said]


def test_no_layer_of_any_app_may_import_the_one_above(code: Code) -> None:
    containers = OPTIONS["contracts"][1]["containers"]
    pairs = [pair for app in containers for pair in upward_pairs(app)]
    for lower, upper in pairs:
        code.import_(lower, upper)

    status, said = code.lint()

    assert status == 1
    assert set(containers) == set(OPTIONS["root_packages"]) - {"core", "web", "marketplace"}
    assert all(len(upward_pairs(app)) >= 4 for app in containers)
    assert not [pair for pair in pairs if "{} is not allowed to import {}:".format(*pair) not in said]


def test_no_rule_and_no_type_may_import_django(code: Code) -> None:
    pure = [
        f"{app}.{name}" for app in OPTIONS["root_packages"] for name in ("rules", "types") if exists(f"{app}.{name}")
    ]
    for module in pure:
        code.import_(module, "django.db")

    status, said = code.lint()

    assert status == 1
    assert len(pure) >= 20
    assert not [module for module in pure if f"{module} is not allowed to import django:" not in said]
