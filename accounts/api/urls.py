"""REST endpoints of accounts."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from accounts.api.views import MeView, TokenViewSet

router = SimpleRouter(trailing_slash=False)
router.register("tokens", TokenViewSet, basename="api_token")

urlpatterns = [
    path("me", MeView.as_view(), name="api_me"),
    path("", include(router.urls)),
]
