"""Links that lead away from the platform, however they are written, and contacts that invite to go around it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from catalog.checks.folding import Folded, fold, texts_of
from catalog.types import Finding, ListingContent, Severity
from regulation.types import Rulebook

LINKED = frozenset({"title", "tagline", "description", "cases", "plans", "steps"})

# Endings under which ordinary pages are found. An address with a scheme or `www.` is found under any ending.
_COMMON = (
    "com cn net org io cc tv co me top xyz vip club shop store online site tech app dev cloud info biz wang ltd link "
    "live pro ink ren work space fun host press website asia hk tw jp us uk de fr ru eu sg in ai sh la im gg ly be to "
    "ws so xn--fiqs8s xn--55qx5d xn--io0a7i"
)
_ENDINGS = "|".join(sorted(_COMMON.split(), key=len, reverse=True))
_NATIVE_ENDINGS = "中国|公司|网络|网店|商城|集团|在线|中文网"
_LATIN_LETTER = r"a-z0-9\u00c0-\u024f\u0370-\u04ff"
_LATIN = rf"[{_LATIN_LETTER}](?:[{_LATIN_LETTER}-]{{0,61}}[{_LATIN_LETTER}])?"
_LABEL = rf"[{_LATIN_LETTER}\u4e00-\u9fff](?:[{_LATIN_LETTER}\u4e00-\u9fff-]{{0,61}}[{_LATIN_LETTER}\u4e00-\u9fff])?"
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"

# With a scheme, whichever way it is disguised: the rest up to a space, quotation mark or Chinese punctuation.
_SCHEMED = re.compile(r"(?:h[tx]{2}ps?|ftp|wss?)\s*:\s*(?:[\\/]\s*){0,4}([^\s<>\"'“”‘’（）()《》，。、；]+)")
_WWW = re.compile(rf"(?<![a-z0-9@.])www\s*\.\s*({_LABEL}(?:\s*\.\s*{_LABEL})+)")
_BARE = re.compile(rf"(?<![a-z0-9@.\-/])((?:{_LATIN}\.)+(?:{_ENDINGS}))(?![a-z0-9\-]|\.[a-z0-9])")
_NATIVE = re.compile(rf"(?<![\u4e00-\u9fff])([\u4e00-\u9fffa-z0-9-]{{1,30}}\.(?:{_NATIVE_ENDINGS}))(?![\u4e00-\u9fff])")
# `example 点 com`, `example[dot]com`, `example (.) com`
_SPELT_DOT = r"(?:[\[({]\s*(?:dot|点|\.)\s*[\])}]|\s(?:dot|点)\s|点)"
_SPELT = re.compile(
    rf"(?<![a-z0-9@.])((?:{_LATIN}\s*{_SPELT_DOT}\s*)+(?:com|cn|net|org|io|cc|top|xyz|vip|shop|app))(?![a-z0-9])"
)
_BARE_IP = re.compile(rf"(?<![\d.])({_IPV4})(?=:\d{{2,5}}|/)(?!/\d{{1,2}}(?!\d))")
_ATTRIBUTE = re.compile(
    r"""(?:href|src|action|data|poster|srcset|background|cite|formaction)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""",
    re.IGNORECASE,
)
_STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)", re.IGNORECASE)
_IDEOGRAPHIC_DOTS = str.maketrans({"。": ".", "｡": ".", "．": ".", "․": ".", "•": "."})
# Names of the trade that look like addresses.
_TRADE = frozenset({"socket.io", "asp.net", "vb.net", "ado.net", "ml.net", "paddle.net", "core.net", "fast.ai"})
_MAIL = re.compile(rf"[a-z0-9._%+-]+@((?:{_LATIN}\.)+[a-z]{{2,}})")
_CONTACTS = (
    ("phone", re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")),
    ("qq", re.compile(r"(?<![a-z])qq\s*(?:群|号)?\s*[:：]?\s*\d{5,11}(?!\d)")),
    ("wechat", re.compile(r"(?:微信号?|(?<![a-z])wechat|(?<![a-z])vx|加v)\s*[:：]\s*[a-z][a-z0-9_-]{5,19}")),
)


def check_links(content: ListingContent, rulebook: Rulebook) -> Iterator[Finding]:
    """Links to other sites (§10(5)) and contacts beside the platform's own channels (§14(2))."""
    allowed = tuple(ascii_host(domain) for domain in rulebook.parameter("listing.allowed_domains"))
    for field, row, text in texts_of(content, LINKED):
        folded = fold(text.translate(_IDEOGRAPHIC_DOTS) if _has_latin_dot(text) else text)
        spans = list(_outside(text, folded, allowed))
        for start, end, host in spans:
            yield Finding(
                "external_link",
                field,
                "10(5)",
                Severity.REFUSE,
                f"这里有站外链接（{host}）。标题、详情和案例中只能链接到本云的域名，请删去。",
                f"This leads to another site ({host}). Titles, descriptions and cases may link only to the cloud's own "
                "domains. Remove it.",
                start,
                end,
                folded.excerpt(start, end),
                row,
            )
        yield from _contacts(folded, field, row, [span[:2] for span in spans])


def _has_latin_dot(text: str) -> bool:
    return bool(re.search(r"[a-zA-Z0-9\uff10-\uff5a][。｡．․•]\s?[a-zA-Z\uff21-\uff5a]", text))


def is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a host is one of the domains or below one of them."""
    return any(host == domain or host.endswith(f".{domain}") for domain in allowed)


def ascii_host(host: str) -> str:
    """A host as it is looked up: small letters, no dot at its end, other scripts in punycode."""
    plain = host.strip().strip(".").lower()
    try:
        return plain.encode("idna").decode()
    except UnicodeError:
        return plain


def host_of(address: str) -> str:
    """The host that an address really leads to, tricks undone: user names before an @, back slashes, escapes, ports."""
    plain = unquote(html.unescape(address)).replace("\\", "/").strip().lower()
    plain = re.sub(r"^[a-z][a-z0-9+.-]*:", "", plain).lstrip("/")
    authority = re.split(r"[/?#]", plain, maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    return ascii_host(re.sub(r":\d*$", "", host).replace(" ", ""))


def _outside(source: str, folded: Folded, allowed: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    taken: list[tuple[int, int]] = []
    for start, end, host in sorted([*_in_attributes(source), *_in_text(folded)], key=lambda hit: (hit[0], -hit[1])):
        if any(first < end and start < last for first, last in taken):
            continue
        taken.append((start, end))
        if host and "." in host and not is_allowed(host, allowed):
            yield start, end, host


def _in_attributes(source: str) -> Iterator[tuple[int, int, str]]:
    for tag in re.finditer(r"<[^<>]*>", source):
        for pattern in (_ATTRIBUTE, _STYLE_URL):
            for found in pattern.finditer(tag.group()):
                address = html.unescape(found.group(1).strip("\"'")).strip()
                if re.match(
                    r"(?:[a-z][a-z0-9+.-]*:|[\\/]{2})", unquote(address).lower()
                ) and not address.lower().startswith(("mailto:", "tel:", "data:")):
                    yield tag.start() + found.start(1), tag.start() + found.end(1), host_of(address)


def _in_text(folded: Folded) -> Iterator[tuple[int, int, str]]:
    for found in _SCHEMED.finditer(folded.text):
        yield (*folded.span(*found.span()), host_of("//" + found.group(1)))
    for found in _WWW.finditer(folded.text):
        yield (*folded.span(*found.span()), host_of("//www." + found.group(1)))
    for pattern in (_BARE, _NATIVE):
        for found in pattern.finditer(folded.text):
            if found.group(1) not in _TRADE and not re.fullmatch(r"v?[\d.]+[a-z]{0,2}", found.group(1)):
                yield (*folded.span(*found.span()), ascii_host(found.group(1)))
    for found in _SPELT.finditer(folded.text):
        host = re.sub(r"\s*(?:[\[({]\s*(?:dot|点|\.)\s*[\])}]|dot|点)\s*", ".", found.group(1))
        yield (*folded.span(*found.span()), ascii_host(host))
    for found in _BARE_IP.finditer(folded.text):
        if not found.group(1).startswith(("10.", "127.", "192.168.", "0.", "169.254.")):
            yield (*folded.span(*found.span()), found.group(1))


def _contacts(folded: Folded, field: str, row: int | None, links: list[tuple[int, int]]) -> Iterator[Finding]:
    hits = [("e-mail", found.span()) for found in _MAIL.finditer(folded.text)]
    hits += [(kind, found.span()) for kind, pattern in _CONTACTS for found in pattern.finditer(folded.text)]
    for _kind, span in sorted(hits, key=lambda hit: hit[1]):
        start, end = folded.span(*span)
        if any(first < end and start < last for first, last in links):
            continue
        yield Finding(
            "contact",
            field,
            "14(2)",
            Severity.WARN,
            "这里像是一个联系方式。买卖双方请在平台内沟通，审核人员会判断是否保留。",
            "This looks like a contact. Buyers and providers talk on the platform; the reviewer decides "
            "whether it stays.",
            start,
            end,
            folded.excerpt(start, end),
            row,
        )
