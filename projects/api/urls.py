"""REST endpoints of projects."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from projects.api.views import MembershipViewSet, ProjectViewSet

router = SimpleRouter(trailing_slash=False)
router.register("projects", ProjectViewSet, basename="api_project")
router.register(
    r"projects/(?P<project_id>[^/.]+)/members", MembershipViewSet, basename="api_membership"
)

urlpatterns = [path("", include(router.urls))]
