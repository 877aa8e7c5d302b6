"""The check of the translations finds what is missing, unfinished or wrong, in Python and in templates."""

from pathlib import Path

import pytest

from tools import translation_check, translations

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "locale" / "zh_Hans" / "LC_MESSAGES").mkdir(parents=True)
    return tmp_path


def write(root: Path, *, python: str = "", template: str = "", catalog: str = "") -> Path:
    (root / "shop" / "words.py").write_text(python)
    (root / "shop" / "templates" / "page.html").write_text(template)
    po = root / "shop" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    po.write_text(HEADER + catalog)
    return po


def entry(text: str, said: str, extra: str = "") -> str:
    return f'\n{extra}msgid "{text}"\nmsgstr "{said}"\n'


def test_a_plural_is_not_found_where_nothing_is_counted(root: Path) -> None:
    write(
        root,
        template="{% load i18n %}{% blocktranslate %}{{ n }} sold{% endblocktranslate %}"
        "{% blocktranslate count n=3 %}{{ n }} left{% plural %}{{ n }} left{% endblocktranslate %}",
        catalog='\nmsgid "%(n)s sold"\nmsgid_plural "%(n)s sold"\nmsgstr[0] "已售 %(n)s"\n'
        + entry("%(n)s left", "剩 %(n)s"),
    )

    assert translation_check.problems(root) == [
        "shop/templates/page.html:1: no Chinese for '%(n)s sold', which the catalog knows only as a plural",
        "shop/templates/page.html:1: no Chinese for '%(n)s left',"
        " which the catalog knows only as one that counts nothing",
    ]


def test_every_text_with_its_chinese_passes(root: Path) -> None:
    write(
        root,
        python='from x import gettext_lazy as _\nA = _("Order " "placed")\nB = pgettext("month", "May")\n',
        template='{% load i18n %}<p title="{% translate "Pay" %}">'
        "{% blocktranslate count n=3 trimmed %}\n  one {{ x }}\n{% plural %}{{ n }} many{% endblocktranslate %}</p>",
        catalog=entry("Order placed", "已下单")
        + '\nmsgctxt "month"\nmsgid "May"\nmsgstr "五月"\n'
        + entry("Pay", "付款")
        + '\nmsgid "one %(x)s"\nmsgid_plural "%(n)s many"\nmsgstr[0] "%(n)s 个"\n',
    )

    assert translation_check.problems(root) == []


@pytest.mark.parametrize(
    ("_case", "python", "template", "catalog", "told"),
    [
        ("missing in Python", '_("Pay")', "", "", "words.py:1: no Chinese for 'Pay'"),
        (
            "missing in a template",
            "",
            '{% load i18n %}\n{% translate "Pay" %}',
            "",
            "page.html:2: no Chinese for 'Pay'",
        ),
        ("empty", '_("Pay")', "", entry("Pay", ""), "no Chinese for 'Pay'"),
        ("fuzzy", '_("Pay")', "", entry("Pay", "付款", "#, fuzzy\n"), "no Chinese for 'Pay'"),
        ("another context", 'pgettext("verb", "Pay")', "", entry("Pay", "付款"), "no Chinese for 'Pay'"),
        (
            "a placeholder that the text does not have",
            '_("Pay %(amount)s")',
            "",
            entry("Pay %(amount)s", "付 %(sum)s"),
            "names %(sum)s",
        ),
        ("an f-string", '_(f"Pay {amount}")', "", "", "an f-string cannot be translated"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    root: Path, _case: str, python: str, template: str, catalog: str, told: str
) -> None:
    write(root, python=python, template=template, catalog=catalog)

    found = translation_check.problems(root)

    assert len(found) == 1
    assert told in found[0]


def test_a_catalog_is_compiled_once_and_again_when_it_changes(root: Path) -> None:
    po = write(root, catalog=entry("Pay", "付款"))

    assert translations.compile_stale(root) == 1
    assert translations.compile_stale(root) == 0

    stamp = po.with_suffix(".mo").stat().st_mtime
    import os

    os.utime(po, (stamp + 5, stamp + 5))
    assert translations.compile_stale(root) == 1
    assert "付款".encode() in po.with_suffix(".mo").read_bytes()
