"""The rulebook versions that come with the program: data files, read once. Pure but for reading them."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from regulation.content import rulebook_from
from regulation.types import Rulebook

DATA = Path(__file__).parent / "data"
PARTS = ("parameters", "clauses", "measures", "schedule")


@lru_cache(maxsize=1)
def shipped_versions() -> tuple[str, ...]:
    """The names of the shipped versions, oldest first."""
    return tuple(sorted(folder.name for folder in DATA.iterdir() if (folder / "version.toml").is_file()))


@lru_cache(maxsize=8)
def shipped_content(version: str) -> tuple[datetime, dict[str, Any]]:
    """A shipped version's effective moment and content."""
    folder = DATA / version
    head = tomllib.loads((folder / "version.toml").read_text(encoding="utf-8"))
    content: dict[str, Any] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name == "version.toml":
            continue
        for part, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if part not in PARTS:
                raise ValueError(f"{path.name}: {part} is no part of a rulebook")
            twice = content.setdefault(part, {}).keys() & entries.keys()
            if twice:
                raise ValueError(f"{path.name}: {sorted(twice)[0]} is given twice")
            content[part].update(entries)
    return head["effective_at"], content


@lru_cache(maxsize=8)
def shipped_rulebook(version: str) -> Rulebook:
    """A shipped version as a rulebook."""
    effective_at, content = shipped_content(version)
    return rulebook_from(content, version=version, effective_at=effective_at)
