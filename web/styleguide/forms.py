"""A form with every kind of control."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    """A part of a product editor, for the style guide."""

    name = forms.CharField(
        label=_("Name of the product"),
        max_length=60,
        help_text=_("What it is, in at most 30 characters. No superlatives, no links."),
    )
    category = forms.ChoiceField(
        label=_("Category"),
        choices=[("", "—"), ("database", _("Databases")), ("security", _("Security")), ("services", _("Services"))],
    )
    details = forms.CharField(label=_("Details"), widget=forms.Textarea, required=False)
    price = forms.DecimalField(label=_("Price"), min_value=0, max_digits=14, decimal_places=2)
    billing = forms.ChoiceField(
        label=_("Billing"),
        widget=forms.RadioSelect,
        choices=[("one_off", _("Once")), ("monthly", _("Every month")), ("yearly", _("Every year"))],
        help_text=_("Buyers see the total before they pay."),
    )
    systems = forms.MultipleChoiceField(
        label=_("Runs on"),
        widget=forms.CheckboxSelectMultiple,
        choices=[("linux", "Linux"), ("windows", "Windows Server"), ("k8s", "Kubernetes")],
        required=False,
    )
    on_sale_from = forms.DateField(
        label=_("On sale from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    licence = forms.FileField(
        label=_("Business licence"), help_text=_("PDF, JPG or PNG, at most 10 MB."), required=False
    )
    agreed = forms.BooleanField(label=_("The texts and pictures are ours to use."))
