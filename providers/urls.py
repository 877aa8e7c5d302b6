from django.urls import path

from providers import views

urlpatterns = [
    path("papers/<int:pk>/", views.paper, name="paper"),
    path("stores/<slug:slug>/logo/<slug:sha>/", views.logo, name="store_logo"),
]
