from django.urls import path

from accounts import views

urlpatterns = [
    path("account/", views.home, name="account_home"),
    path("account/profile/", views.profile, name="account_profile"),
    path("account/identity/", views.identity, name="account_identity"),
    path("account/tokens/", views.tokens, name="account_tokens"),
    path("account/tokens/new/", views.token_new, name="account_token_new"),
    path("account/tokens/<int:pk>/revoke/", views.token_revoke, name="account_token_revoke"),
]
