"""Drawn covers and logos."""

from xml.etree import ElementTree

import pytest

from web.components.covers import SUBJECTS, cover_svg, logo_svg
from web.components.motifs import MOTIFS

NAMES = ["云原生数据库审计", "Nginx 加固镜像", "A & B <script>", "智能客服机器人", "团队文档协作"]
CATEGORIES = [
    "database",
    "security",
    "network",
    "storage",
    "data",
    "devops",
    "services",
    "media",
    "image",
    "office",
    "ai",
    "",
]


@pytest.mark.parametrize("draw", [cover_svg, logo_svg])
@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("name", NAMES)
def test_every_picture_is_well_formed_and_brings_nothing_from_elsewhere(draw, name, category):
    root = ElementTree.fromstring(draw(name, category))
    for element in root.iter():
        tag = element.tag.rsplit("}", 1)[-1]
        assert tag in {"svg", "title", "rect", "path", "circle", "ellipse", "text"}
        assert not any("href" in key or key.startswith("on") for key in element.attrib)
    assert root[0].text == name


def test_the_same_name_draws_the_same_picture_and_another_name_another():
    assert cover_svg("审计", "database") == cover_svg("审计", "database")
    assert len({cover_svg(f"商品 {n}", "database") for n in range(40)}) == 40


def test_every_motif_is_used_and_short_words_do_not_hide_in_longer_ones():
    assert {motif for _words, motif, _hue in SUBJECTS} == set(MOTIFS)
    # "maintenance" holds "ai", "mobile" holds "bi", "hosting" holds "os": the name's own words decide then.
    assert cover_svg("x", "mobile-hosting-maintenance") != cover_svg("x", "ai")
    nodes, bars = cover_svg("x", "ai"), cover_svg("x", "bi")
    assert nodes.count("<circle") > 8
    assert bars.count("<rect") == 10
