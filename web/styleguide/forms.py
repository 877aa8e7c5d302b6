"""A form with every kind of control."""

from django import forms
from django.utils.translation import pgettext_lazy


class SampleForm(forms.Form):
    """A part of a product editor, for the style guide."""

    name = forms.CharField(
        label=pgettext_lazy("style guide", "Name of the product"),
        max_length=60,
        help_text=pgettext_lazy("style guide", "What it is, in at most 30 characters. No superlatives, no links."),
    )
    category = forms.ChoiceField(
        label=pgettext_lazy("style guide", "Category"),
        choices=[
            ("", "—"),
            ("database", pgettext_lazy("style guide", "Databases")),
            ("security", pgettext_lazy("style guide", "Security")),
            ("services", pgettext_lazy("style guide", "Services")),
        ],
    )
    details = forms.CharField(label=pgettext_lazy("style guide", "Details"), widget=forms.Textarea, required=False)
    price = forms.DecimalField(
        label=pgettext_lazy("style guide", "Price"), min_value=0, max_digits=14, decimal_places=2
    )
    billing = forms.ChoiceField(
        label=pgettext_lazy("style guide", "Billing"),
        widget=forms.RadioSelect,
        choices=[
            ("one_off", pgettext_lazy("style guide", "Once")),
            ("monthly", pgettext_lazy("style guide", "Every month")),
            ("yearly", pgettext_lazy("style guide", "Every year")),
        ],
        help_text=pgettext_lazy("style guide", "Buyers see the total before they pay."),
    )
    systems = forms.MultipleChoiceField(
        label=pgettext_lazy("style guide", "Runs on"),
        widget=forms.CheckboxSelectMultiple,
        choices=[("linux", "Linux"), ("windows", "Windows Server"), ("k8s", "Kubernetes")],
        required=False,
    )
    on_sale_from = forms.DateField(
        label=pgettext_lazy("style guide", "On sale from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    license = forms.FileField(
        label=pgettext_lazy("style guide", "Business license"),
        help_text=pgettext_lazy("style guide", "PDF, JPG or PNG, at most 10 MB."),
        required=False,
    )
    agreed = forms.BooleanField(label=pgettext_lazy("style guide", "The texts and pictures are ours to use."))
