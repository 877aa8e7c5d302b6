"""Colours that can be read: every pair that text or a control uses, calculated in both themes (WCAG 2.2 AA)."""

import re
from itertools import product
from pathlib import Path

import pytest

from web.components.colour import contrast, oklch_hex, oklch_to_rgb

TOKENS = Path(__file__).resolve().parents[3] / "assets/css/tokens.css"
COLOUR = re.compile(r"--([\w-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\);")
GROUNDS = ("color-base-100", "color-base-200")
STATES = ("held", "due", "late", "paid", "refused")
TEXT = [
    *product(("color-base-content", "muted", "color-primary", *STATES), GROUNDS),
    *((state, f"{state}-soft") for state in STATES),
    *(("color-base-content", f"{state}-soft") for state in STATES),
    *(("muted", f"{state}-soft") for state in STATES),
    *product(("color-base-content", "muted", "color-primary"), ("neutral-soft", "accent-soft")),
    *(
        (f"color-{name}-content", f"color-{name}")
        for name in ("primary", "error", "neutral", "success", "warning", "info")
    ),
]
# Borders of controls, icons and marks: 3 to 1 (1.4.11).
MARKS = [*product(("line-strong", "star"), GROUNDS), *product(("color-primary", *STATES), ("neutral-soft",))]


def themes():
    found = {}
    for block in TOKENS.read_text().split('@plugin "daisyui/theme"')[1:]:
        name = re.search(r'name: "(\w+)"', block).group(1)
        found[name] = {
            key: oklch_to_rgb(float(lightness) / 100, float(chroma), float(hue))
            for key, lightness, chroma, hue in COLOUR.findall(block.split("\n}")[0])
        }
    return found


THEMES = themes()


def test_black_on_white_is_what_it_should_be():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert oklch_hex(1, 0, 0) == "#ffffff"
    # Red as CSS writes it in oklch.
    assert oklch_hex(0.62796, 0.25768, 29.234) == "#ff0000"


def test_both_themes_name_the_same_colours():
    assert set(THEMES) == {"light", "dark"}
    assert set(THEMES["light"]) == set(THEMES["dark"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(theme, ink, ground):
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_controls_and_marks_can_be_seen(theme, mark, ground):
    assert contrast(THEMES[theme][mark], THEMES[theme][ground]) >= 3
