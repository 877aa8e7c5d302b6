"""Covers and logos of products, drawn from their name and category: the same name always draws the same picture.

They stand in where a provider uploads none, and everywhere in the demo. No picture is taken from anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from web.components.colour import oklch_hex
from web.components.motifs import MOTIFS, Draw, Motif

WIDTH, HEIGHT = 640, 360
# Words of a category (its slug or its name) and the motif that pictures it.
SUBJECTS = (
    (("ai", "model", "智能", "模型"), "nodes", 288),
    (("database", "数据库"), "discs", 250),
    (("secur", "安全", "合规"), "shield", 162),
    (("network", "cdn", "网络", "加速"), "arcs", 216),
    (("storage", "backup", "存储", "备份", "容器", "container"), "cubes", 196),
    (("data", "analy", "bi", "数据", "分析", "报表"), "bars", 232),
    (("dev", "code", "开发", "代码", "运维", "ops", "monitor"), "branches", 178),
    (("service", "consult", "migrat", "服务", "迁移", "咨询", "实施"), "steps", 66),
    (("message", "iot", "media", "通信", "消息", "音视频", "物联"), "waves", 318),
    (("image", "os", "system", "镜像", "系统", "环境"), "layers", 206),
    (("app", "office", "crm", "erp", "business", "saas", "办公", "企业", "网站", "商"), "windows", 42),
)


def cover_svg(name: str, category: str = "") -> str:
    """The cover of a product (16:9) as SVG text: its category's motif, its own arrangement and shade."""
    motif, hue = _subject(name, category)
    draw = Draw(_seed(name, category))
    hue = (hue + draw.between(-14, 14)) % 360
    # Dark paper suits cool hues only: warm ones turn to mud.
    shades = _shades(hue, dark=draw.between(0, 2) == 0 and 120 <= hue <= 330)
    body = motif(draw, shades)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>{escape(name)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{shades["ground"]}"/>{body}</svg>'
    )


def logo_svg(name: str, category: str = "") -> str:
    """The square logo of a product or provider as SVG text: its first character on the shade of its cover."""
    _motif, hue = _subject(name, category)
    draw = Draw(_seed(name, category))
    hue = (hue + draw.between(-14, 14)) % 360
    ground, ink, band = oklch_hex(0.44, 0.09, hue), oklch_hex(0.98, 0.01, hue), oklch_hex(0.53, 0.09, hue)
    letter = escape(next((character for character in name if character.isalnum()), "·").upper())
    cut = draw.between(18, 46)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" role="img">'
        f'<title>{escape(name)}</title><rect width="96" height="96" fill="{ground}"/>'
        f'<path d="M0 {96 - cut}L96 {96 - cut - 26}V96H0z" fill="{band}"/>'
        f'<text x="48" y="50" fill="{ink}" font-family="PingFang SC,Microsoft YaHei,Noto Sans SC,sans-serif" '
        f'font-size="46" font-weight="600" text-anchor="middle" dominant-baseline="central">{letter}</text></svg>'
    )


def _seed(name: str, category: str) -> bytes:
    return sha256(f"{category}\n{name}".encode()).digest()


def _subject(name: str, category: str) -> tuple[Motif, int]:
    """The motif and hue of a category; of the name where the category says nothing."""
    for text in (category.lower(), name.lower()):
        tokens = re.findall(r"[a-z]+", text)
        for words, motif, hue in SUBJECTS:
            if any(_speaks_of(word, text, tokens) for word in words):
                return MOTIFS[motif], hue
    seed = _seed(name, category)
    _words, motif, hue = SUBJECTS[seed[0] % len(SUBJECTS)]
    return MOTIFS[motif], hue


def _speaks_of(word: str, text: str, tokens: Sequence[str]) -> bool:
    """Chinese words anywhere; Latin ones as the beginning of a word, short ones as the whole of it."""
    if not word.isascii():
        return word in text
    return any(token == word if len(word) <= 3 else token.startswith(word) for token in tokens)


def _shades(hue: float, *, dark: bool) -> dict[str, str]:
    """A cover's shades of one hue: paper and ink, or ink and paper."""
    if dark:
        return {
            "ground": oklch_hex(0.36, 0.06, hue),
            "faint": oklch_hex(0.43, 0.065, hue),
            "soft": oklch_hex(0.54, 0.08, hue),
            "ink": oklch_hex(0.86, 0.06, hue),
            "mark": oklch_hex(0.83, 0.11, (hue + 150) % 360),
        }
    return {
        "ground": oklch_hex(0.92, 0.028, hue),
        "faint": oklch_hex(0.87, 0.038, hue),
        "soft": oklch_hex(0.76, 0.07, hue),
        "ink": oklch_hex(0.43, 0.095, hue),
        "mark": oklch_hex(0.62, 0.13, (hue + 150) % 360),
    }
