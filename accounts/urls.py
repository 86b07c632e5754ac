"""Pages of accounts."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/<str:token>/", views.SignInLinkView.as_view(), name="sign_in_link"),
    path("account/tokens/", views.TokensView.as_view(), name="account_tokens"),
    path("account/tokens/<uuid:pk>/revoke/", views.revoke_token, name="account_token_revoke"),
]
