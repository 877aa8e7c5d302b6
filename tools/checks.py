"""`make check`: everything that is checked without running a test. All steps run; then it says which failed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from marketplace.embedded import environment, folders
from marketplace.embedded.errors import ServerError

ROOT = Path(__file__).resolve().parents[1]
SHOWN = 80  # lines of a failed step's output

# Django's templates compose attributes and inline small styles of components; what is left out is taste.
# Kept: unclosed and orphan tags, missing alt and lang, buttons without a type, plain http links, duplicates.
# H026 takes the defaults that a component declares for empty attributes.
# H025 takes the condition inside the frame's <body> tag for a tag that never closes.
TEMPLATE_TASTE = "H006,H015,H021,H023,H025,H026,H029,H030,H031,J018,T001,T003,T028,D018"


@dataclass(frozen=True)
class Check:
    """One step: its title and the command that carries it out."""

    title: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _script(name: str, *arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name(name)), *arguments]


def steps() -> list[Check]:
    """The steps, the longest first so that the rest runs beside it."""
    manage = [sys.executable, "manage.py"]
    production = {
        "DEBUG": "0",
        "COMPRESSED_STATIC": "1",
        "STATIC_ROOT": str(folders.data_dir() / "test" / "static"),
        "SECRET_KEY": "for-this-check-only",
        "FIELD_KEYS": "for-this-check-only",
    }
    found = [
        Check("Types (mypy)", _python("-m", "mypy", ".")),
        Check("Lint (ruff check)", _python("-m", "ruff", "check", ".")),
        Check("Format (ruff format)", _python("-m", "ruff", "format", "--check", ".")),
        Check("Import directions", _script("lint-imports")),
        Check("Django's own checks", [*manage, "check"]),
        Check("Migrations match the models", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check("Translations", _python("-m", "tools.translation_check")),
        Check("Templates compile", _python("-m", "tools.template_check")),
        Check(
            "Template lint (djlint)",
            _python(
                "-m", "djlint", "templates", "--lint", "--quiet", "--profile", "django", "--ignore", TEMPLATE_TASTE
            ),
        ),
        Check("Styles are built", _python("-m", "tools.styles")),
        Check("Production settings", [*manage, "check", "--deploy", "--fail-level", "ERROR"], production),
        Check("Static files of the image", [*manage, "collectstatic", "--noinput", "--verbosity", "0"], production),
    ]
    for name, title in (("clauses_doc", "Table of clauses"), ("diagrams", "Diagrams")):
        if (ROOT / "tools" / f"{name}.py").exists():
            found.append(Check(f"{title} is fresh", _python("-m", f"tools.{name}", "--check")))
        elif any(ROOT.glob(f"*/management/commands/{name}.py")):
            found.append(Check(f"{title} is fresh", [*manage, name, "--check"]))
    return found


def _run(check: Check) -> tuple[Check, bool]:
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**os.environ, **check.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    passed = done.returncode == 0
    text = f"  {'✓' if passed else '✗'} {check.title}  {time.monotonic() - began:.1f} s"
    if not passed:
        lines = done.stdout.rstrip().splitlines()
        if len(lines) > SHOWN:
            lines = [*lines[: SHOWN - 20], f"… {len(lines) - SHOWN} lines more …", *lines[-20:]]
        text += "\n" + "\n".join(f"      {line}" for line in lines)
        text += f"\n      again: {' '.join(check.command).replace(str(ROOT) + '/', '')}"
    print(text, flush=True)
    return check, passed


def main() -> int:
    """Run every step; the exit status says whether all passed."""
    try:
        environment.take(folders.data_dir() / "test", "throwaway")
    except ServerError as problem:
        print(problem)
        return 1
    os.environ["PYTHONWARNINGS"] = "ignore"
    with ThreadPoolExecutor(max_workers=2) as two:
        results = list(two.map(_run, steps()))
    failed = [check.title for check, passed in results if not passed]
    print(
        f"\n{len(failed)} of {len(results)} checks failed: {', '.join(failed)}." if failed else "\nAll checks passed."
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
