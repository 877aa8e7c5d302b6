"""Forms as they are drawn: labels, help and errors belong to their controls."""

import re

import pytest
from django import forms
from django.template import Context, Template
from django.utils.translation import override
from django_cotton.compiler_regex import CottonCompiler


class Everything(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the license")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    runs = forms.MultipleChoiceField(
        label="Runs on", choices=[("l", "Linux"), ("w", "Windows")], widget=forms.CheckboxSelectMultiple, required=False
    )
    agreed = forms.BooleanField(label="Agreed")
    paper = forms.FileField(label="License", widget=forms.FileInput(attrs={"data-limit-mb": "5"}))
    secret = forms.CharField(widget=forms.HiddenInput, initial="kept")


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def draw(source, **context):
    return Template(CottonCompiler().process("{% load market %}" + source)).render(Context(context))


def field(name, form=None, attributes=""):
    form = form or Everything()
    return draw(f'<c-field :field="field" {attributes} />', field=form[name])


def test_the_label_names_its_control_and_help_describes_it():
    html = field("name")
    assert re.search(r'<label class="field-label" for="id_name">Name\s*</label>', html)
    assert '<p class="field-help" id="id_name_helptext">As on the license</p>' in html
    assert re.search(r'<input type="text"[^>]*aria-describedby="id_name_helptext"', html)
    assert "required" in html


def test_an_error_is_said_beside_the_control_and_announced_with_it():
    html = field("name", Everything(data={}))
    described = re.search(r'aria-describedby="([^"]+)"', html).group(1).split()
    assert described == ["id_name_helptext", "id_name_error"]
    for identifier in described:
        assert f'id="{identifier}"' in html
    assert 'aria-invalid="true"' in html
    assert "This field is required." in html


def test_help_that_the_page_gives_describes_the_control_too():
    html = field("agreed", attributes='help="Read it first"')
    assert 'aria-describedby="id_agreed_helptext"' in html
    assert "Read it first" in html


def test_a_group_is_a_fieldset_with_its_question_as_legend():
    html = field("kind", Everything(data={"kind": "b"}))
    assert re.search(r"<legend[^>]*>Kind\s*</legend>", html)
    assert len(re.findall(r'<input type="radio"[^>]*class="radio"', html)) == 2
    assert re.search(r'value="b"[^>]*checked', html)


def test_checkboxes_look_like_checkboxes_and_say_that_they_are_optional():
    html = field("runs", Everything(data={"runs": ["l"]}))
    assert len(re.findall(r'<input type="checkbox"[^>]*class="checkbox"', html)) == 2
    assert "(optional)" in html


def test_a_file_field_knows_its_limit_and_a_hidden_one_draws_nothing_else():
    assert 'data-limit-mb="5"' in field("paper")
    hidden = field("secret")
    assert "label" not in hidden
    assert 'value="kept"' in hidden


def test_the_summary_leads_to_every_field_that_is_wrong():
    html = draw('<c-form :form="form" />', form=Everything(data={}))
    summary = html.split("</ul>")[0]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert len(targets) == 4
    for target in targets:
        assert f'id="{target}"' in html
    assert "enctype" in html


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in draw('<c-form :form="form" />', form=Everything())


class Chosen(forms.Form):
    kind = forms.ChoiceField(choices=[("", "---------"), ("a", "A")])
    basis = forms.ChoiceField(choices=[("", "—"), ("a", "A")])
    reason = forms.ChoiceField(choices=[("", "no particular reason"), ("a", "A")])


def test_nothing_chosen_yet_is_said_in_words():
    for name in ("kind", "basis"):
        assert '<option value="" selected>Choose one</option>' in field(name, Chosen())
    assert "no particular reason" in field("reason", Chosen())
    with override("zh-hans"):
        assert '<option value="" selected>请选择</option>' in field("kind", Chosen())


def test_choosing_a_file_is_asked_in_our_words_and_its_label_names_the_field():
    html = field("paper")
    assert "Choose a file" in html
    assert re.search(r'<label class="field-label" for="id_paper">License', html)
    assert re.search(r'<input type="file"[^>]*id="id_paper"', html)
