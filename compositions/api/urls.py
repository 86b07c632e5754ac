"""REST endpoints of songs."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from compositions.api import views
from compositions.api.archive_views import ImportArchiveView, ProjectArchiveViewSet
from compositions.api.blame_views import BlameView
from compositions.api.branch_views import BranchViewSet, TagViewSet
from compositions.api.difference_views import DifferenceView
from compositions.api.editing_views import (
    DocumentView,
    EditsView,
    RedoView,
    UndoBatchView,
    UndoView,
)
from compositions.api.export_views import ExportFormatsView, ExportViewSet
from compositions.api.import_views import ImportIntoView, ImportSongView, ImportViewSet
from compositions.api.lyric_views import LyricsView
from compositions.api.merge_views import CherryPickView, MergeView, RevertView
from compositions.api.preset_views import PresetViewSet
from compositions.api.proposal_views import ProposalViewSet
from compositions.api.session_views import AISessionViewSet
from compositions.api.variation_views import ExplanationView, VariationsView
from compositions.api.version_views import VersionViewSet

router = SimpleRouter(use_regex_path=False)
router.register("compositions", views.CompositionViewSet, basename="composition")
router.register("presets", PresetViewSet, basename="preset")
_song = "compositions/<uuid:composition_pk>"
router.register(f"{_song}/renders", views.RenderViewSet, basename="composition-render")
router.register(f"{_song}/exports", ExportViewSet, basename="composition-export")
router.register(f"{_song}/imports", ImportViewSet, basename="composition-imports")
router.register(f"{_song}/sessions", AISessionViewSet, basename="composition-session")
router.register(f"{_song}/versions", VersionViewSet, basename="composition-version")
router.register(f"{_song}/branches", BranchViewSet, basename="composition-branch")
router.register(f"{_song}/tags", TagViewSet, basename="composition-tag")
router.register(f"{_song}/proposals", ProposalViewSet, basename="composition-proposal")
router.register(
    "projects/<uuid:project_pk>/archives", ProjectArchiveViewSet, basename="project-archive"
)

urlpatterns = [
    path(
        "projects/<uuid:project_pk>/archives/import/",
        ImportArchiveView.as_view(),
        name="project-archive-import",
    ),
    path("compositions/import/", ImportSongView.as_view(), name="composition-import-new"),
    path("export-formats/", ExportFormatsView.as_view(), name="export-formats"),
    path(f"{_song}/import/", ImportIntoView.as_view(), name="composition-import"),
    path(f"{_song}/variations/", VariationsView.as_view(), name="composition-variations"),
    path(f"{_song}/lyrics/", LyricsView.as_view(), name="composition-lyrics"),
    path(f"{_song}/explanation/", ExplanationView.as_view(), name="composition-explanation"),
    path(f"{_song}/document/", DocumentView.as_view(), name="composition-document"),
    path(f"{_song}/edits/", EditsView.as_view(), name="composition-edits"),
    path(f"{_song}/edits/undo/", UndoView.as_view(), name="composition-undo"),
    path(f"{_song}/edits/redo/", RedoView.as_view(), name="composition-redo"),
    path(
        f"{_song}/edits/<uuid:batch_pk>/undo/",
        UndoBatchView.as_view(),
        name="composition-undo-edits",
    ),
    path(f"{_song}/blame/", BlameView.as_view(), name="composition-blame"),
    path(f"{_song}/diff/", DifferenceView.as_view(), name="composition-diff"),
    path(f"{_song}/merge/", MergeView.as_view(), name="composition-merge"),
    path(f"{_song}/cherry-pick/", CherryPickView.as_view(), name="composition-cherry-pick"),
    path(f"{_song}/revert/", RevertView.as_view(), name="composition-revert"),
    *router.urls,
]
