"""Compiled translations: `python -m tools.translations` makes every `.mo` that is older than its `.po`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def catalogs(root: Path = ROOT) -> list[Path]:
    """Every catalog of ours: the root's and each app's."""
    found = [*root.glob("locale/*/LC_MESSAGES/*.po"), *root.glob("*/locale/*/LC_MESSAGES/*.po")]
    return sorted(path for path in found if ".venv" not in path.parts and "node_modules" not in path.parts)


def compile_stale(root: Path = ROOT) -> int:
    """Compile the catalogs that changed since their `.mo` was made; returns how many."""
    stale = [
        po
        for po in catalogs(root)
        if not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime
    ]
    if not stale:
        return 0
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for po in stale:
        with po.open("rb") as source:
            catalog = read_po(source, locale=po.parts[-3], domain=po.stem)
        fresh = po.with_suffix(".mo.new")
        with fresh.open("wb") as target:
            write_mo(target, catalog)
        fresh.replace(po.with_suffix(".mo"))
    return len(stale)


def main() -> int:
    made = compile_stale()
    print(f"  ✓ Translations: {made} compiled" if made else "  ✓ Translations: up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
