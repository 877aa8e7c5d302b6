"""The living style guide and the frame of every page."""

import re
from html.parser import HTMLParser

import pytest
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils.translation import override

from web.styleguide.views import PAGES

pytestmark = pytest.mark.django_db
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
DRAWING = {"path", "use", "circle", "rect"}


class Outline(HTMLParser):
    """Reads a page: elements in balance, ids, headings, inline code."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.headings, self.inline, self.wrong = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.inline += [name for name in attributes if name == "style" or name.startswith("on")]
        if tag == "style" or (
            tag == "script" and not attributes.get("src") and attributes.get("type") != "application/json"
        ):
            self.inline.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.wrong.append((tag, self.open[-3:]))
        else:
            self.open.pop()


@pytest.fixture
def read(client):
    def reader(path, language="zh-hans"):
        client.cookies["django_language"] = language
        response = client.get(path)
        assert response.status_code == 200
        outline = Outline()
        outline.feed(response.content.decode())
        return response, outline

    return reader


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_pieces_is_sound_html_without_inline_code(read, name, language):
    response, outline = read(f"/styleguide/{name}/", language)
    assert outline.wrong == []
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.inline == []
    assert outline.headings[0] == 1
    assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    lang = "en" if language == "en" else "zh-Hans"
    assert f'<html lang="{lang}"' in response.content.decode()


def test_a_clause_is_shown_as_a_card_that_chips_can_take(read):
    response, _outline = read("/styleguide/clauses/17(4)2/", "en")
    assert "data-clause-card" in response.content.decode()
    assert "§17(4)2" in response.content.decode()


@pytest.mark.parametrize("path", ["", "forms/", "clauses/20/", "cover.svg", "logo.svg"])
def test_it_is_not_there_unless_it_is_switched_on(client, settings, path):
    settings.STYLEGUIDE = False
    assert client.get(f"/styleguide/{path}").status_code == 404


def test_a_page_that_is_not_a_page_is_not_found(client):
    assert client.get("/styleguide/nothing/").status_code == 404


def test_a_signed_out_page_carries_no_token_and_sets_no_cookie(client):
    response = client.get("/styleguide/money/")
    assert b"csrfmiddlewaretoken" not in response.content
    assert response.cookies == {}


def test_the_language_is_switched_by_a_form_that_needs_no_script(client):
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/styleguide/money/"}, follow=True)
    assert response.redirect_chain[-1][0] == "/styleguide/money/"
    assert b'<html lang="en"' in response.content


def test_a_missing_page_says_so_in_the_frame_of_the_market(client):
    client.cookies["django_language"] = "en"
    response = client.get("/styleguide/nothing/")
    assert response.status_code == 404
    assert b"There is no such page" in response.content


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_for_our_own_faults_asks_nothing_of_request_or_database(language, django_assert_num_queries):
    with override(language), django_assert_num_queries(0):
        html = get_template("500.html").render()
    assert ("云市场" if language == "zh-hans" else "Cloud Marketplace") in html
    assert "csrfmiddlewaretoken" not in html


def test_a_refusal_shows_why_with_its_clauses(rf: RequestFactory):
    from core.errors import NotAllowed

    error = NotAllowed("The guarantee has ended.", clauses=("17(4)2",))
    with override("en"):
        html = get_template("errors/refused.html").render({"error": error}, rf.get("/"))
    assert "The guarantee has ended." in html
    assert "§17(4)2" in html
