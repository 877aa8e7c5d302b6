from django.urls import path, register_converter
from django.urls.converters import StringConverter

from catalog import views


class CoverName(StringConverter):
    """A name that the content of a cover gives it."""

    regex = r"[0-9a-f]{32}\.webp"


register_converter(CoverName, "cover")

urlpatterns = [path("covers/<int:product_id>/<cover:name>", views.cover, name="cover")]
