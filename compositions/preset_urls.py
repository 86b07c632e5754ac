"""Pages of presets."""

from django.urls import path

from compositions import preset_pages, song_preset_pages

urlpatterns = [
    path("presets/", preset_pages.preset_list, name="preset_list"),
    path("presets/import/", preset_pages.preset_import, name="preset_import"),
    path("presets/trash/", preset_pages.preset_trash, name="preset_trash"),
    path("presets/<uuid:pk>/", preset_pages.preset_detail, name="preset_detail"),
    path("presets/<uuid:pk>/copy/", preset_pages.preset_copy, name="preset_copy"),
    path("presets/<uuid:pk>/share/", preset_pages.preset_share, name="preset_share"),
    path("presets/<uuid:pk>/export/", preset_pages.preset_export, name="preset_export"),
    path("presets/<uuid:pk>/delete/", preset_pages.preset_delete, name="preset_delete"),
    path("presets/<uuid:pk>/restore/", preset_pages.preset_restore, name="preset_restore"),
    path(
        "presets/<uuid:pk>/versions/<int:number>/restore/",
        preset_pages.preset_version_restore,
        name="preset_version_restore",
    ),
    path("songs/<uuid:pk>/presets/", song_preset_pages.song_presets, name="song_presets"),
    path(
        "songs/<uuid:pk>/presets/apply/",
        song_preset_pages.song_preset_apply,
        name="song_preset_apply",
    ),
    path(
        "songs/<uuid:pk>/presets/undo/", song_preset_pages.song_preset_undo, name="song_preset_undo"
    ),
    path(
        "songs/<uuid:pk>/presets/keep/", song_preset_pages.song_preset_keep, name="song_preset_keep"
    ),
    path(
        "songs/<uuid:pk>/presets/listen/",
        song_preset_pages.song_preset_listen,
        name="song_preset_listen",
    ),
    path(
        "songs/<uuid:pk>/presets/comparison/<uuid:job>/",
        song_preset_pages.song_preset_comparison,
        name="song_preset_comparison",
    ),
]
