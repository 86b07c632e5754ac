"""REST endpoints of projects."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from projects.api.views import MembershipViewSet, ProjectViewSet

router = SimpleRouter(use_regex_path=False)
router.register("projects", ProjectViewSet, basename="project")
router.register("projects/<uuid:project_id>/members", MembershipViewSet, basename="membership")

urlpatterns = [path("", include(router.urls))]
