"""`manage.py decide RULE`: ask a rule directly, once or for a whole history."""

from __future__ import annotations

import io
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from core import clock
from core.errors import DomainError
from regulation import registry, selectors
from regulation.types import Rulebook

REFUSED = 2
BROKEN_PIPE = 141
LONGEST_LINE = 4 * 1024 * 1024
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Command(BaseCommand):
    """Prints the decision about the facts on standard input as one JSON object, and exits 0.

    Facts that cannot be used exit 2 with one line on standard error and nothing on standard output. With `--lines`
    every line is a set of facts and gets one line in its place, a decision or `{"error": {"field", "message"}}`, in
    order and in constant memory; exit 2 after the last if any was refused. A blank line is no set of facts and is
    refused like one, so that line n answers line n. Without a database, or before the rulebook is loaded into it,
    the shipped rulebook decides.
    """

    help = "Decide RULE for the facts (JSON) on standard input. --list names the rules with their facts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rule", nargs="?", metavar="RULE", help="such as refund.entitlement")
        parser.add_argument("--at", metavar="INSTANT", help="picks the rulebook in force then (default: now)")
        parser.add_argument("--lines", action="store_true", help="one set of facts a line, one decision a line")
        parser.add_argument("--list", action="store_true", help="name the rules with their facts")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["list"]:
                self._write(list(_listing(options["rule"])))
                return
            if not options["rule"]:
                raise registry.UnknownRule("name one of the rules that --list shows", field="rule")
            rule = registry.get(options["rule"])
            rulebook, note = _rulebook(options["at"])
            if options["lines"]:
                refused = self._lines(rule, rulebook)
            else:
                refused = False
                self._write([_encode(registry.decide_json(rule.name, _input().read(), rulebook).as_json())])
        except BrokenPipeError:
            _leave_quietly()
        except DomainError as error:
            self.stderr.write(f"decide: {error.field}: {error}", style_func=str)
            raise SystemExit(REFUSED) from None
        if note:
            self.stderr.write(note, style_func=str)
        if refused:
            raise SystemExit(REFUSED)

    def _lines(self, rule: registry.Rule, rulebook: Rulebook) -> bool:
        """One decision a line; whether any was refused."""
        refused = False
        out = self._out()
        name, facts_class = rule.name, rule.facts
        read, build, decide = registry.read_json, registry.facts_from, registry.decide
        for line in _input_lines():
            try:
                if line is None:
                    raise registry.FactsRefused("facts", f"is longer than {LONGEST_LINE} bytes")
                answer = decide(name, build(facts_class, read(line)), rulebook).as_json()
            except registry.FactsRefused as error:
                refused = True
                answer = {"error": {"field": error.field, "message": str(error)}}
            out.write(_encode(answer).encode(errors="backslashreplace") + b"\n")
        out.flush()
        return refused

    def _write(self, lines: list[str]) -> None:
        out = self._out()
        for line in lines:
            out.write(line.encode(errors="backslashreplace") + b"\n")
        out.flush()

    def _out(self) -> BinaryIO:
        """Standard output as bytes, UTF-8 whatever the locale; a text stream is written through."""
        binary = getattr(self.stdout, "buffer", None)
        return cast(BinaryIO, binary) if binary is not None else cast(BinaryIO, _Through(self.stdout))


class _Through(io.RawIOBase):
    """Bytes into a text stream."""

    def __init__(self, text: Any) -> None:
        self.text = text

    def write(self, data: Any) -> int:
        self.text.write(bytes(data).decode(), ending="")
        return len(data)


def _rulebook(at: str | None) -> tuple[Rulebook, str]:
    """The rulebook in force at an instant, and a note where the database could not be asked."""
    moment: datetime = clock.now() if at is None else registry.read_instant("--at", at)
    try:
        try:
            return selectors.rulebook_at(moment), ""
        except (DatabaseError, ImproperlyConfigured):
            return (
                selectors.rulebook_shipped_at(moment),
                "decide: the database could not be asked; the shipped rulebook was used",
            )
    except selectors.NoRulebook as error:
        raise selectors.NoRulebook(error.message, field="--at") from None


def _input() -> Any:
    return getattr(sys.stdin, "buffer", sys.stdin)


def _input_lines() -> Iterator[bytes | str | None]:
    """The lines of standard input without their ends; None for one that is too long to hold."""
    source = _input()
    while line := source.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line[-1] in (10, "\n"):
            yield line
            continue
        while line and line[-1] not in (10, "\n"):
            line = source.readline(LONGEST_LINE)
        yield None


def _listing(name: str | None) -> Iterator[str]:
    for rule in registry.all_rules() if name is None else [registry.get(name)]:
        facts = ", ".join(_fact(fact) for fact in registry.facts_shape(rule.facts))
        yield f"{rule.name}: {facts}"


def _fact(fact: dict[str, Any]) -> str:
    kind = "|".join(fact["choices"]) if "choices" in fact else fact["type"]
    if "fields" in fact:
        kind += " of " + ", ".join(_fact(inner) for inner in fact["fields"])
    return f"{fact['name']} ({kind}{' or null' if fact['nullable'] else ''})"


def _leave_quietly() -> None:
    """Whoever read us has enough. Python would complain once more when it closes standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(BROKEN_PIPE)
