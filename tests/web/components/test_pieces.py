"""Components keep their promises: documented, translated, drawn from icons that exist, and safe."""

import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override
from django_cotton.compiler_regex import CottonCompiler

from core.clock import BEIJING
from providers.types import Permission
from web.components.charts import Chart, Series
from web.components.icons import TONE_ICONS
from web.components.money import PLACES
from web.components.navigation import CONSOLE, console_sections, is_current
from web.components.timeline import Attachment, ChatMessage, TimelineItem, file_size

ROOT = Path(__file__).resolve().parents[3]
COMPONENTS = sorted((ROOT / "templates/cotton").glob("*.html"))
OWN = [ROOT / "templates/base.html"] + [
    path
    for folder in ("layouts", "cotton", "errors", "styleguide")
    for path in sorted((ROOT / "templates" / folder).glob("*.html"))
]
EVIL = "<img src=x onerror=alert(1)>"
AT = datetime(2026, 3, 2, 14, 5, tzinfo=BEIJING)


def draw(source, **context):
    with override("en"):
        return Template(CottonCompiler().process("{% load market i18n %}" + source)).render(
            Context({"now": AT, **context})
        )


def sprite():
    return set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons.svg").read_text()))


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_each_component_is_in_the_summary_of_pieces(path):
    name = f"<c-{path.stem.replace('_', '-')}>"
    assert f"| `{name}` |" in (ROOT / "docs/pieces.md").read_text()


def test_every_icon_that_is_named_is_in_the_sprite():
    named = set(TONE_ICONS.values()) | {place.icon for place in PLACES.values()}
    named |= {icon for _title, entries in CONSOLE for _url, _label, icon in entries}
    for path in OWN:
        text = path.read_text()
        named |= set(re.findall(r'{% icon "([\w-]+)"', text)) | set(re.findall(r' icon="([a-z][\w-]+)"', text))
    assert named - {"none"} <= sprite()


@pytest.mark.parametrize("path", OWN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_template_holds_what_the_content_security_policy_refuses(path):
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", path.read_text(), flags=re.S)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", text)


def test_everything_that_is_said_is_said_in_chinese_too():
    with (ROOT / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as source:
        catalogue = read_po(source)
    missing = []
    for path in OWN:
        text = path.read_text()
        for quote, words, rest in re.findall(r"{% translate (\"|')(.*?)\1(.*?)%}", text):
            context = re.search(r"context [\"'](.*?)[\"']", rest)
            message = catalogue.get(words, context.group(1) if context else None)
            if message is None or not message.string:
                missing.append((path.name, quote, words))
    assert missing == []


@pytest.mark.parametrize(
    "source",
    [
        '<c-badge tone="held">{{ evil }}</c-badge>',
        '<c-page-header :title="evil" :lead="evil" :state="evil" />',
        '<c-alert :title="evil">{{ evil }}</c-alert>',
        '<c-timeline :items="items" />',
        '<c-chat :lines="lines" />',
        '<c-description-list :items="pairs" />',
        '<c-chart :chart="chart" />',
        '<c-number :value="evil" />',
        '<c-waiting :sentence="evil" :at="now" :then="evil" />',
        '<c-breadcrumbs :items="pairs" />',
        '<c-clause :id="evil" />',
        '<c-section :title="evil" />',
        '<c-empty :title="evil" :action="evil" href="/" />',
    ],
)
def test_what_people_wrote_never_becomes_markup(source):
    html = draw(
        source,
        evil=EVIL,
        pairs=[(EVIL, EVIL)],
        items=[TimelineItem(EVIL, AT, EVIL, note=EVIL, money_note=EVIL, attachments=[Attachment(EVIL, "/f")])],
        lines=[ChatMessage(EVIL, AT, EVIL, note=EVIL)],
        chart=Chart(EVIL, [EVIL], [Series(EVIL, [1])]),
    )
    assert "<img" not in html
    assert "&lt;img" in html or "\\u003Cimg" in html or "%3Cimg" in html


def test_the_timeline_says_who_when_in_beijing_time_and_what_moved():
    item = TimelineItem(
        "Refund approved",
        AT,
        "The rules",
        money=Decimal("1200"),
        money_note="to the buyer",
        clauses=("17(4)2", "17(1)1"),
    )
    html = draw('<c-timeline :items="items" />', items=[item])
    assert "2026-03-02 14:05" in html
    assert "just now" in html
    assert "¥1,200.00" in html
    assert html.index("§17(1)1") < html.index("§17(4)2")
    assert 'href="/rules/clauses/17(4)2/"' in html


def test_nothing_moved_is_not_the_same_as_zero():
    assert "¥" not in draw('<c-timeline :items="items" />', items=[TimelineItem("Opened", AT)])
    assert "¥0.00" in draw('<c-timeline :items="items" />', items=[TimelineItem("Opened", AT, money=Decimal(0))])


def test_a_chart_carries_the_same_numbers_as_a_table():
    chart = Chart("Balance", ["Jan", "Feb"], [Series("Balance", [Decimal("50000"), None], "held")], unit="yuan")
    html = draw('<c-chart :chart="chart" />', chart=chart)
    assert '<td class="num">¥50,000.00</td>' in html
    assert '<td class="num">—</td>' in html
    assert '"values": [50000.0, null]' in html
    assert re.search(r'<script id="chart-\d+-data" type="application/json">', html)


def test_a_page_address_keeps_its_filters_and_loses_its_cursor():
    request = RequestFactory().get("/orders/?state=paid&cursor=abc&q=x")
    assert draw('{% query sort="total" q=None %}', request=request) == "?state=paid&amp;sort=total"
    assert draw("{% query cursor='next' %}", request=request) == "?state=paid&amp;q=x&amp;cursor=next"


def test_ids_are_unique_on_a_page_and_the_same_each_time():
    source = "{% piece_id 'a' as one %}{% piece_id 'a' as two %}{{ one }} {{ two }}"
    assert draw(source, request=RequestFactory().get("/")) == "a-1 a-2"
    assert draw(source, request=RequestFactory().get("/")) == "a-1 a-2"


def test_the_navigation_holds_what_the_reader_may_open():
    def urls(may, admitted):
        return {
            item.url for part in console_sections("/console/", {}, may=may, admitted=admitted) for item in part.items
        }

    known = {url for _title, entries in CONSOLE for url, _label, _icon in entries}
    assert urls((), admitted=False) == {"/console/application/"}
    assert urls(frozenset(Permission), admitted=True) == known - {"/console/application/"}
    assert urls({Permission.SEE, Permission.TEAM}, admitted=False) == {
        "/console/", "/console/application/", "/console/team/",
    }  # fmt: skip


def test_the_entry_of_a_subject_is_current_on_its_pages_and_home_only_at_home():
    assert is_current("/console/orders/", "/console/orders/O1/")
    assert not is_current("/console/", "/console/orders/")
    assert is_current("/console/", "/console/")


@pytest.mark.parametrize(
    ("size", "text"), [(1023, "1023 B"), (1024, "1 KB"), (1024 * 1024 - 1, "1024 KB"), (1024 * 1024, "1.0 MB")]
)
def test_sizes_are_said_as_people_say_them(size, text):
    assert file_size(size) == text
