"""axe finds nothing on any page; nothing is wider than a small screen; whatever takes the focus shows it."""

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from tests.web.browser.conftest import Enter
from tests.web.browser.pages import READING, pages
from tests.web.scene import Scene

pytestmark = [pytest.mark.trial, pytest.mark.django_db(transaction=True)]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of what takes the focus, one of each look: what shows no sign of it.
UNSEEN = """() => {
  const look = (element) => {
    const found = [];
    for (let one = element, up = 0; one && up < 5; one = one.parentElement, up++) {
      for (const style of [getComputedStyle(one), getComputedStyle(one, '::after')])
        found.push(style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor);
    }
    return found.join('|');
  };
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  const looks = new Map();
  for (const one of all)
    if (one.type !== 'hidden' && !one.disabled && one.checkVisibility())
      looks.set(one.tagName + one.type + one.className + one.parentElement.className, one);
  const wrong = [...looks.values()].filter((one) => {
    document.activeElement.blur();
    const before = look(one);
    one.focus({focusVisible: true});
    return document.activeElement === one && look(one) === before;
  }).map((one) => one.outerHTML.slice(0, 160));
  document.activeElement.blur();
  return wrong;
}"""
RUN = """async (options) => (await axe.run(document, options)).violations.map(
  (rule) => [rule.id, rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 240)), rule.nodes.length]
)"""
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"]}
SPENT: dict[str, float] = defaultdict(float)


def look(page: Page, path: str, status: int = 200) -> list[tuple[Any, ...]]:
    """What is wrong with a page."""
    t0 = time.perf_counter()
    answer = page.goto(path)
    t1 = time.perf_counter()
    SPENT["goto"] += t1 - t0
    came_to = urlsplit(page.url).path
    if answer is None or answer.status != status or came_to != urlsplit(path).path:
        return [("answers", answer and answer.status, came_to)]
    found: list[tuple[Any, ...]] = [tuple(rule) for rule in page.evaluate(RUN, OPTIONS)]
    t2 = time.perf_counter()
    SPENT["axe"] += t2 - t1
    if (width := page.evaluate("document.documentElement.scrollWidth")) > page.viewport_size["width"]:
        found.append(("wider than the screen", width))
    found += [("the focus cannot be seen", html) for html in page.evaluate(UNSEEN)]
    SPENT["focus"] += time.perf_counter() - t2
    return found


@pytest.mark.parametrize("role", READING)
def test_nothing_is_found_on_any_page(enter: Enter, market: Scene, role: str) -> None:
    wrong = []
    for view, paths in pages(market, role).items():
        language, theme, width = view
        page = enter(role, language=language, theme=theme, width=width)
        page.add_init_script(AXE)
        for path in paths:
            wrong += [(path, *view, *one) for one in look(page, path)]
        page.context.close()
    with open("/tmp/h2_wrong.jsonl", "a") as out:
        for one in wrong:
            out.write(json.dumps(one, ensure_ascii=False) + "\n")
    print(SPENT)
    assert not wrong, "\n".join(map(str, wrong))
