"""The living style guide, in development only."""

from django.urls import path

from web.styleguide import views

urlpatterns = [
    path("", views.page, {"name": "foundations"}, name="styleguide"),
    path("cover.svg", views.cover, name="styleguide-cover"),
    path("logo.svg", views.logo, name="styleguide-logo"),
    path("clauses/<str:citation>/", views.clause, name="styleguide-clause"),
    path("<slug:name>/", views.page, name="styleguide-page"),
]
