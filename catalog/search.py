"""Words by which products are found: the same for what is indexed and for what is asked.

Chinese text is kept as its words and as every pair of neighbouring characters, so that new words and queries of two
characters are found; Latin text as whole words, asked for by their beginning. Both go into one `simple` tsvector,
written as a literal so that no server's locale or parser has a say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

_HAN_LETTERS = r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f"
_RUN = re.compile(
    rf"(?P<han>[{_HAN_LETTERS}]+)|(?P<latin>(?:(?![{_HAN_LETTERS}])[^\W_])+(?:[.+#-](?:(?![{_HAN_LETTERS}])[^\W_])+)*[+#]*)"
)
_PARTS = re.compile(r"[^\W_]+")
# Said in any sentence, and never what is looked for.
_STOP = frozenset(
    [
        "的",
        "了",
        "和",
        "与",
        "及",
        "或",
        "在",
        "是",
        "有",
        "为",
        "对",
        "等",
        "the",
        "a",
        "an",
        "of",
        "and",
        "or",
        "for",
        "to",
        "in",
        "on",
        "with",
    ]
)
LONGEST_QUERY = 80
MOST_TERMS = 12
MOST_POSITIONS = 16383


def normalize(text: str) -> str:
    """Half-width, small letters."""
    return unicodedata.normalize("NFKC", text).casefold()


def _words(characters: str) -> list[str]:
    # Its dictionary is loaded on first use: a process that never looks for words should not wait for it.
    import rjieba

    return rjieba.cut(characters)


def index_tokens(text: str) -> list[str]:
    """Every word, pair and Latin word of a text, in order, repetitions included."""
    tokens: list[str] = []
    for run in _RUN.finditer(normalize(text)):
        if run["latin"]:
            tokens += _latin(run["latin"])
            continue
        characters = run["han"]
        pairs = [characters[i : i + 2] for i in range(len(characters) - 1)] or [characters]
        tokens += pairs
        tokens += [word for word in _words(characters) if len(word) > 2]
    return [token for token in tokens if token not in _STOP]


def _latin(word: str) -> list[str]:
    pieces = _PARTS.findall(word)
    return [word] if pieces == [word] else [word, *pieces]


def vector_literal(weighted: Iterable[tuple[str, str]]) -> str:
    """A tsvector literal of texts with their weights, such as `[("A", title), ("C", tagline)]`."""
    places: dict[str, list[str]] = {}
    position = 0
    for weight, text in weighted:
        for token in index_tokens(text):
            position = min(position + 1, MOST_POSITIONS)
            found = places.setdefault(token[:200], [])
            if len(found) < 4:
                found.append(f"{position}{weight}")
    return " ".join(f"{_quote(token)}:{','.join(found)}" for token, found in places.items())


def query_literal(text: str) -> str | None:
    """A tsquery literal for what somebody typed; None where nothing in it can be looked for.

    Every term must be found. A Chinese word of three characters and more is found as the word or as all of its
    pairs, a Latin one by its beginning.
    """
    terms: list[str] = []
    for run in _RUN.finditer(normalize(text[:LONGEST_QUERY])):
        terms += [f"{_quote(run['latin'])}:*"] if run["latin"] else _han_terms(run["han"])
    kept = list(dict.fromkeys(term for term in terms if term.strip("'*:") not in _STOP))
    return " & ".join(kept[:MOST_TERMS]) or None


def _han_terms(characters: str) -> list[str]:
    terms: list[str] = []
    loose = ""
    for word in [*_words(characters), ""]:
        if len(word) == 1 and word not in _STOP:
            loose += word
            continue
        if loose:
            terms.append(_word_term(loose))
            loose = ""
        if len(word) > 1:
            terms.append(_word_term(word))
    return terms


def _word_term(word: str) -> str:
    if len(word) == 1:
        return f"{_quote(word)}:*"
    pairs = [_quote(word[i : i + 2]) for i in range(len(word) - 1)]
    return pairs[0] if len(pairs) == 1 else f"({_quote(word)} | ({' & '.join(pairs)}))"


def _quote(token: str) -> str:
    # A quote inside a quoted lexeme is doubled; a backslash likewise.
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def highlight_terms(text: str) -> list[str]:
    """What of a query is marked where it is found, the longest first."""
    found: Mapping[str, None] = dict.fromkeys(
        word
        for run in _RUN.finditer(normalize(text[:LONGEST_QUERY]))
        for word in ([run["latin"]] if run["latin"] else _words(run["han"]))
        if word not in _STOP
    )
    return sorted(found, key=lambda word: (-len(word), word))
