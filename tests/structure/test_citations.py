"""Every clause that a page or an act names is one of the rulebook: its chip opens something."""

import ast
import re
from collections.abc import Iterator

import pytest

from regulation.shipped import shipped_rulebook, shipped_versions
from tests.structure.test_rooms import MODULES, ROOT, text

KNOWN = frozenset(shipped_rulebook(shipped_versions()[0]).clauses)
CITATION = re.compile(r"\d+(\([\dbis]+\)\d*)?")
IN_TEMPLATE = re.compile(r"""["'](\d+[()\dbis]*)["']\s*\|\s*clause_url|<c-clause id="(\d[^"{]*)\"""")


def cited(path: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.keyword) and node.arg in {"clause", "clauses"}:
            for one in ast.walk(node.value):
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and CITATION.fullmatch(one.value):
                    yield one.value


def test_what_the_code_cites_is_a_clause() -> None:
    strange = {(path, one) for path in MODULES for one in cited(path) if one not in KNOWN}
    assert not strange


@pytest.mark.parametrize("folder", ["templates"])
def test_what_the_pages_cite_is_a_clause(folder: str) -> None:
    found = [
        (str(path.relative_to(ROOT)), first or second)
        for path in sorted((ROOT / folder).rglob("*.html"))
        for first, second in IN_TEMPLATE.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(found) > 10
    assert not [one for one in found if one[1] not in KNOWN]
