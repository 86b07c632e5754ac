"""REST endpoints of songs."""

from rest_framework.routers import SimpleRouter

from compositions.api import views

router = SimpleRouter(use_regex_path=False)
router.register("compositions", views.CompositionViewSet, basename="composition")
router.register("presets", views.PresetViewSet, basename="preset")
_song = "compositions/<uuid:composition_pk>"
router.register(f"{_song}/renders", views.RenderViewSet, basename="composition-render")
router.register(f"{_song}/exports", views.ExportViewSet, basename="composition-export")
router.register(f"{_song}/sessions", views.AISessionViewSet, basename="composition-session")

urlpatterns = router.urls
