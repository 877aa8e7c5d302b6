"""Whether every text of ours has its Chinese: `python -m tools.translation_check`.

Reads the texts from the sources themselves (Python by its syntax tree, templates as Django would hand them
to its extractor), so nothing has to be extracted first and no gettext tools are needed.
"""

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from tools.translations import ROOT, catalogs

LANGUAGE = "zh_Hans"
SKIPPED = {"tests", "benchmarks", "tools", "node_modules", ".venv", ".data", "migrations", "assets", "static", "docs"}

# How many leading arguments are texts, and whether the first is a context.
_PLAIN, _PLURAL, _CONTEXT, _CONTEXT_PLURAL = "plain", "plural", "context", "context plural"
FUNCTIONS = {
    "_": _PLAIN,
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop"), _PLAIN),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), _CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), _CONTEXT_PLURAL),
}
_IN_TEMPLATE = re.compile(r"(?<![\w.])(?:_|gettext|ngettext|pgettext|npgettext)\(")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sdif]|%[sd]|\{(\w*)[^{}]*\}")


@dataclass(frozen=True)
class Text:
    """One text to translate, and where it stands."""

    context: str | None
    text: str
    plural: str | None
    place: str


def texts_of_calls(tree: ast.AST, place: str) -> Iterator[Text]:
    """The texts of every translation call. Raises ValueError for one that cannot be looked up."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        kind = FUNCTIONS.get(name or "")
        if kind is None:
            continue
        if any(isinstance(argument, ast.JoinedStr) for argument in node.args[:2]):
            raise ValueError(f"{place}:{node.lineno}: an f-string cannot be translated")
        wanted = {_PLAIN: 1, _PLURAL: 2, _CONTEXT: 2, _CONTEXT_PLURAL: 3}[kind]
        values = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args[:wanted]]
        if len(values) < wanted or not all(isinstance(value, str) for value in values):
            continue  # a variable: its text is marked where it is written
        context = str(values.pop(0)) if kind in (_CONTEXT, _CONTEXT_PLURAL) else None
        plural = str(values[1]) if len(values) > 1 else None
        yield Text(context, str(values[0]), plural, f"{place}:{node.lineno}")


def texts_of_template(source: str, place: str) -> Iterator[Text]:
    """The texts of a Django template."""
    from django.utils.translation.template import templatize

    calls = templatize(source)
    for found in _IN_TEMPLATE.finditer(calls):
        end = found.end()
        while (end := calls.find(")", end)) != -1:
            end += 1
            try:
                tree = ast.parse(calls[found.start() : end].strip(), mode="eval")
            except SyntaxError:
                continue
            line = calls.count("\n", 0, found.start())
            yield from (
                Text(text.context, text.text, text.plural, f"{place}:{line + 1}")
                for text in texts_of_calls(tree, place)
            )
            break


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Python modules and templates of the product."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in SKIPPED and not name.startswith("."))
        inside = Path(folder).relative_to(root).parts
        for name in sorted(files):
            is_template = name.endswith((".html", ".txt")) and "templates" in inside
            if inside and (name.endswith(".py") or is_template):
                yield Path(folder, name)


def texts(root: Path = ROOT) -> list[Text]:
    """Every text of the product that asks for a translation."""
    found: list[Text] = []
    for path in sources(root):
        place = str(path.relative_to(root))
        source = path.read_text()
        if path.suffix == ".py":
            found += texts_of_calls(ast.parse(source), place)
        else:
            found += texts_of_template(source, place)
    return found


def messages(root: Path = ROOT) -> list[tuple[str, Message]]:
    """Every entry of our Chinese catalogs, with the app that it stands in."""
    found = []
    for po in catalogs(root):
        if po.parts[-3] == LANGUAGE:
            with po.open("rb") as source:
                found += [(po.parts[-4], message) for message in read_po(source, locale=LANGUAGE) if message.id]
    return found


def contradictions(entries: Iterable[tuple[str, Message]]) -> list[str]:
    """Texts to which two catalogs give different Chinese: only one of them is ever shown, so each needs a context."""
    known: dict[tuple[str | None, str], dict[str, str]] = {}
    for where, message in entries:
        if isinstance(message.string, str) and message.string:
            known.setdefault((message.context, str(message.id)), {})[message.string] = where
    return [
        f"{text!r} is {' and '.join(f'{zh} ({where})' for zh, where in said.items())}: give one of them a context"
        for (_context, text), said in known.items()
        if len(said) > 1
    ]


def translations(entries: Iterable[tuple[str, Message]]) -> dict[tuple[str | None, str, bool], tuple[str, ...]]:
    """All translations that are finished: context, text, and whether it counts something.

    The three are how gettext looks a text up: what counts is not found where nothing is counted, nor the other way.
    """
    known: dict[tuple[str | None, str, bool], tuple[str, ...]] = {}
    for _where, message in entries:
        if message.fuzzy:
            continue
        text = message.id if isinstance(message.id, str) else message.id[0]
        said = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if all(said):
            known[message.context, text, not isinstance(message.id, str)] = said
    return known


def problems(root: Path = ROOT) -> list[str]:
    """What is missing or wrong, a line each."""
    try:
        wanted = texts(root)
    except ValueError as problem:
        return [str(problem)]
    entries = messages(root)
    known = translations(entries)
    found: dict[str, None] = dict.fromkeys(contradictions(entries))
    for text in wanted:
        if not text.text.strip():
            continue
        counts = text.plural is not None
        said = known.get((text.context, text.text, counts))
        if said is None:
            other = "one that counts nothing" if counts else "a plural"
            known_so = (text.context, text.text, not counts) in known
            how = f", which the catalog knows only as {other}" if known_so else ""
            found[f"{text.place}: no Chinese for {text.text!r}{how}"] = None
            continue
        allowed = _placeholders(text.text) | _placeholders(text.plural or "")
        for each in said:
            if strange := _placeholders(each) - allowed:
                found[f"{text.place}: the Chinese of {text.text!r} names {', '.join(sorted(strange))}"] = None
    return list(found)


def _placeholders(text: str) -> set[str]:
    return {match.group(0) for match in _PLACEHOLDER.finditer(text)}


def main() -> int:
    """Print what is missing; the exit status says whether anything is."""
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True)
    django.setup()
    found = problems()
    for line in found:
        print(line)
    print(f"{len(found)} texts lack their Chinese, or have two." if found else "Every text has its Chinese.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
