"""Long texts of a listing: what providers may write in them, and how they are shown."""

from __future__ import annotations

import html
import re

import nh3

TAGS = {
    "a", "b", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre", "s", "strong",
    "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
_LOOKS_LIKE_HTML = re.compile(r"<\s*/?\s*[a-zA-Z!][^<>]*>")
_BULLET = re.compile(r"^\s*(?:[-*•·]|(\d{1,2})[.、)）])\s*(?=\S)")
_HEADING = re.compile(r"^(#{1,3})\s+(?=\S)")
LONG_TEXTS = frozenset({"description", "cases", "terms", "aftersales", "security"})


def clean(text: str) -> str:
    """A text as it is kept: line ends unified, and of its tags only those that a listing may use."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    return _sanitised(unified) if _LOOKS_LIKE_HTML.search(unified) else unified


def _sanitised(text: str) -> str:
    return nh3.clean(
        text,
        tags=TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="nofollow noopener noreferrer",
        strip_comments=True,
    )


def to_html(text: str) -> str:
    """A text as a page shows it, safe to embed.

    What has tags is shown by them. Plain text becomes paragraphs at its empty lines, lists where lines begin with a
    dash or a number, and headings where they begin with `#`.
    """
    if _LOOKS_LIKE_HTML.search(text):
        return _sanitised(text)
    return "\n".join(_block(block) for block in re.split(r"\n\s*\n", text.strip()) if block.strip())


def _block(block: str) -> str:
    parts: list[str] = []
    kind = ""
    lines: list[str] = []
    for line in [*block.split("\n"), None]:
        heading = _HEADING.match(line) if line is not None else None
        bullet = _BULLET.match(line) if line is not None and not heading else None
        now = (
            "h" if heading else ("ol" if bullet and bullet[1] else "ul" if bullet else "p" if line is not None else "")
        )
        if lines and now != kind:
            parts.append(_close(kind, lines))
            lines = []
        kind = now
        if line is None:
            break
        if heading:
            level = len(heading[1]) + 1
            parts.append(f"<h{level}>{html.escape(line[heading.end() :].strip())}</h{level}>")
        elif bullet:
            lines.append(html.escape(line[bullet.end() :].strip()))
        else:
            lines.append(html.escape(line.strip()))
    return "\n".join(parts)


def _close(kind: str, lines: list[str]) -> str:
    if kind == "p":
        return f"<p>{'<br>'.join(lines)}</p>"
    return f"<{kind}>{''.join(f'<li>{line}</li>' for line in lines)}</{kind}>"


def to_plain(text: str) -> str:
    """A text without its tags, on one line: for summaries and search."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", text)).split())
