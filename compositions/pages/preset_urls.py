"""Pages of presets."""

from django.urls import path

from compositions.pages import presets, song_presets

urlpatterns = [
    path("presets/", presets.preset_list, name="preset_list"),
    path("presets/import/", presets.preset_import, name="preset_import"),
    path("presets/trash/", presets.preset_trash, name="preset_trash"),
    path("presets/<uuid:pk>/", presets.preset_detail, name="preset_detail"),
    path("presets/<uuid:pk>/copy/", presets.preset_copy, name="preset_copy"),
    path("presets/<uuid:pk>/share/", presets.preset_share, name="preset_share"),
    path("presets/<uuid:pk>/export/", presets.preset_export, name="preset_export"),
    path("presets/<uuid:pk>/delete/", presets.preset_delete, name="preset_delete"),
    path("presets/<uuid:pk>/restore/", presets.preset_restore, name="preset_restore"),
    path(
        "presets/<uuid:pk>/versions/<int:number>/restore/",
        presets.preset_version_restore,
        name="preset_version_restore",
    ),
    path("songs/<uuid:pk>/presets/", song_presets.song_presets, name="song_presets"),
    path(
        "songs/<uuid:pk>/presets/apply/",
        song_presets.song_preset_apply,
        name="song_preset_apply",
    ),
    path("songs/<uuid:pk>/presets/undo/", song_presets.song_preset_undo, name="song_preset_undo"),
    path("songs/<uuid:pk>/presets/keep/", song_presets.song_preset_keep, name="song_preset_keep"),
    path(
        "songs/<uuid:pk>/presets/listen/",
        song_presets.song_preset_listen,
        name="song_preset_listen",
    ),
    path(
        "songs/<uuid:pk>/presets/comparison/<uuid:job>/",
        song_presets.song_preset_comparison,
        name="song_preset_comparison",
    ),
]
