"""The category tree."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalog.types import ProductClass

CLASS_CHOICES = [
    (ProductClass.APPLICATION, _("Application")),
    (ProductClass.SERVICE, pgettext_lazy("catalog", "Service")),
    (ProductClass.TOOL, _("Tool")),
]


class Category(models.Model):
    """What kinds of products are there, and which class decides their guarantee and refunds? (§4, §6, §17(1))

    Two levels at most. Loaded from `catalog/data/categories.json`; operators add and retire categories, and a category
    that is not active is no longer offered to new listings.
    """

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    summary_zh = models.CharField(_("Chinese description"), max_length=200, blank=True)
    summary_en = models.CharField(_("English description"), max_length=200, blank=True)
    product_class = models.CharField(_("class"), max_length=12, choices=CLASS_CHOICES)
    parent = models.ForeignKey(
        "self", verbose_name=_("above it"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    free_owes_aftersales = models.BooleanField(_("after-sales for free products"), default=False)
    qualifications = models.JSONField(_("qualifications needed"), default=list, blank=True)
    icon = models.CharField(_("icon"), max_length=40, default="package")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(pgettext_lazy("catalog", "offered"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="category_class_known", condition=Q(product_class__in=["application", "service", "tool"])
            ),
            models.CheckConstraint(name="category_not_its_own", condition=~Q(parent=models.F("id"))),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh

    @property
    def root_id(self) -> int:
        """The top of its branch: itself where nothing is above it."""
        return self.parent_id or self.pk
