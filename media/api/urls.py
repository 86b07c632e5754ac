"""REST endpoints of media."""

from rest_framework.routers import SimpleRouter

from media.api.views import AssetViewSet

router = SimpleRouter(use_regex_path=False)
router.register("assets", AssetViewSet, basename="asset")

urlpatterns = router.urls
