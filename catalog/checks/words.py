"""Words that a listing may not use: superlatives, protected names, and the nine banned kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from catalog.checks.folding import Folded, fold, is_cjk, texts_of
from catalog.types import Finding, ListingContent, Severity
from regulation.types import Rulebook

# Where superlatives are looked for; cases quote customers, so there the reviewer judges.
SHOWN = frozenset({"title", "tagline", "description", "plans", "milestones", "steps"})
QUOTED = frozenset({"cases", "aftersales"})
EVERYWHERE = (
    SHOWN
    | QUOTED
    | {"terms", "refund_text", "security", "deployment_note", "delist_use", "delist_transfer", "delist_data"}
)

# Ordinary speech in which such a word promises nothing: an ordinal, a limit with its number, a term of the trade.
_HARMLESS = re.compile(
    r"第一(?=[步次章页个方阶周天年季期条款行列层代批类版轮项节部人位时级二三]|种|件|台|块|份|组|行)"
    r"|(?<=[东西南北中市省县州附属])第一(?=[医中小人实])"
    r"|唯一(?=标|索|约|键|编|性|id|码|值|识|主|身|的?(?:id|标识|编号|主键))"
    r"|最(?:大|小|高|低|快|长|多|少)(?=值|化|连接|并发|支持|长度|容量|数|允许|限|重试|可|为|不超|\s*[\d:：≤<=]|程度)"
    r"|最(?:大|小|高|低|快|长|多|少)(?=[^,，。;；\n]{0,6}\d)"
    r"|绝对(?=路径|值|时间|地址|定位|坐标|url|引用)"
    r"|永久(?=链接|删除|存储|保留|居|性|代)"
    r"|最佳(?=实践)"
    r"|最好(?=在|先|不|使用|提前|能|将|把|是)"
    r"|最优(?=化|解|路径|惠)"
    r"|(?<=[不非未无])绝对"
)

BANNED_NAMES = {
    "political": ("政治宣传与新闻", "political propaganda and news"),
    "secrets": ("国家秘密与安全", "state secrets and security"),
    "indecent": ("迷信、淫秽或教唆犯罪", "superstition, obscenity or incitement to crime"),
    "gambling": ("博彩与赌博", "lotteries and gambling"),
    "illegal_publishing": ("私服、外挂等非法出版", "private game servers, cheats and other illegal publishing"),
    "ethnic_religious": ("违反民族宗教政策", "content against policy on ethnic groups and religion"),
    "network_harm": ("妨碍互联网运行", "harm to the running of the internet"),
    "others_rights": ("侵害他人权益", "harm to others' rights"),
    "public_order": ("有损秩序与公德", "harm to public order and morals"),
}


def check_words(content: ListingContent, rulebook: Rulebook) -> Iterator[Finding]:
    """Superlatives (§10(8)5), protected names (§18(2)) and banned words (§10(9)) in the listing."""
    superlatives = pattern_of(
        (*rulebook.parameter("listing.superlatives_zh"), *rulebook.parameter("listing.superlatives_en"))
    )
    allowed = pattern_of(rulebook.parameter("listing.superlatives_allowed"))
    protected = pattern_of(rulebook.parameter("listing.protected_names"))
    banned = [
        (code, pattern_of(rulebook.parameter(f"listing.banned_words.{code}")))
        for code in rulebook.parameter("listing.banned_categories")
    ]
    own = pattern_of(content.provider_names)
    for field, row, text in texts_of(content, EVERYWHERE):
        folded = fold(text, tight=True)
        base = field.partition(".")[0].removesuffix("_zh").removesuffix("_en")
        if base in SHOWN | QUOTED:
            yield from _superlatives(folded, field, row, base in SHOWN, superlatives, allowed)
        yield from _protected(folded, field, row, protected, own)
        for code, pattern in banned:
            yield from _banned(folded, field, row, code, pattern)


@lru_cache(maxsize=256)
def pattern_of(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """One pattern for a list of words, the longest first; Latin ones only as whole words. None for an empty list."""
    folded = sorted({fold(word).text.strip() for word in words if word.strip()}, key=lambda word: (-len(word), word))
    if not folded:
        return None
    return re.compile("|".join(_one(word) for word in folded))


def _one(word: str) -> str:
    body = r"\s+".join(re.escape(part) for part in word.split())
    before = r"(?<![a-z0-9])" if not is_cjk(word[0]) and word[0].isalnum() else ""
    after = r"(?![a-z0-9])" if not is_cjk(word[-1]) and word[-1].isalnum() else ""
    return f"{before}{body}{after}"


def _hits(folded: Folded, pattern: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    if pattern is not None:
        for found in pattern.finditer(folded.text):
            yield found.span()


def _inside(span: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _superlatives(
    folded: Folded,
    field: str,
    row: int | None,
    shown: bool,
    pattern: re.Pattern[str] | None,
    allowed: re.Pattern[str] | None,
) -> Iterator[Finding]:
    hits = list(_hits(folded, pattern))
    if not hits:
        return
    harmless = [*_hits(folded, allowed), *_hits(folded, _HARMLESS)]
    for span in hits:
        if _inside(span, harmless):
            continue
        word = " ".join(folded.text[slice(*span)].split())
        yield _finding(
            folded,
            span,
            "superlative",
            field,
            row,
            "10(8)5",
            Severity.REFUSE if shown else Severity.WARN,
            f"“{word}”属于夸大或绝对化的用语。请改成可以证明的说法，例如具体的数字。",
            f"“{word}” exaggerates. Say something that can be shown, such as a number.",
        )


def _protected(
    folded: Folded, field: str, row: int | None, pattern: re.Pattern[str] | None, own: re.Pattern[str] | None
) -> Iterator[Finding]:
    hits = list(_hits(folded, pattern))
    names = list(_hits(folded, own)) if hits else []
    for span in hits:
        if _inside(span, names):
            continue
        word = " ".join(folded.text[slice(*span)].split())
        yield _finding(
            folded,
            span,
            "protected_name",
            field,
            row,
            "18(2)",
            Severity.REFUSE,
            f"未经书面授权，不得使用“{word}”这一名称。请删去。",
            f"“{word}” may not be used without written authority. Remove it.",
        )


def _banned(
    folded: Folded, field: str, row: int | None, code: str, pattern: re.Pattern[str] | None
) -> Iterator[Finding]:
    zh, en = BANNED_NAMES.get(code, (code, code))
    for span in _hits(folded, pattern):
        word = " ".join(folded.text[slice(*span)].split())
        yield _finding(
            folded,
            span,
            f"banned.{code}",
            field,
            row,
            "10(9)",
            Severity.REFUSE,
            f"“{word}”属于禁限售内容（{zh}），不能发布。",
            f"“{word}” belongs to what may not be published ({en}).",
        )


def _finding(
    folded: Folded,
    span: tuple[int, int],
    code: str,
    field: str,
    row: int | None,
    clause: str,
    severity: Severity,
    zh: str,
    en: str,
) -> Finding:
    start, end = folded.span(*span)
    return Finding(code, field, clause, severity, zh, en, start, end, folded.excerpt(start, end), row)
