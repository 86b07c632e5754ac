"""Pages about the history of a song, below the address of the song."""

from django.urls import path

from compositions import (
    branch_views,
    compare_views,
    figure_pages,
    history_views,
    merge_views,
    proposal_views,
    session_pages,
)

urlpatterns = [
    path("history/", history_views.song_history, name="song_history"),
    path("history/save/", history_views.song_version_save, name="song_version_save"),
    path("versions/<int:number>/", history_views.song_version, name="song_version"),
    path("versions/<int:number>/midi/", history_views.song_version_midi, name="song_version_midi"),
    path(
        "versions/<int:number>/restore/",
        history_views.song_version_restore,
        name="song_version_restore",
    ),
    path("versions/<int:number>/tag/", history_views.song_version_tag, name="song_version_tag"),
    path("versions/<int:number>/fork/", history_views.song_version_fork, name="song_version_fork"),
    path("versions/<int:number>/revert/", merge_views.song_revert, name="song_revert"),
    path("branches/", branch_views.song_branch_create, name="song_branch_create"),
    path(
        "branches/<uuid:branch>/rename/",
        branch_views.song_branch_rename,
        name="song_branch_rename",
    ),
    path(
        "branches/<uuid:branch>/protect/",
        branch_views.song_branch_protect,
        name="song_branch_protect",
    ),
    path(
        "branches/<uuid:branch>/delete/",
        branch_views.song_branch_delete,
        name="song_branch_delete",
    ),
    path(
        "branches/<uuid:branch>/checkout/",
        branch_views.song_branch_checkout,
        name="song_branch_checkout",
    ),
    path("tags/<uuid:tag>/delete/", branch_views.song_tag_delete, name="song_tag_delete"),
    path("compare/", compare_views.song_compare, name="song_compare"),
    path("blame/", compare_views.song_blame, name="song_blame"),
    path("merge/", merge_views.song_merge, name="song_merge"),
    path("pick/", merge_views.song_pick, name="song_pick"),
    path("proposals/", proposal_views.song_proposals, name="song_proposals"),
    path("proposals/<uuid:proposal>/", proposal_views.song_proposal, name="song_proposal"),
    path(
        "proposals/<uuid:proposal>/reject/",
        proposal_views.song_proposal_reject,
        name="song_proposal_reject",
    ),
    path(
        "proposals/<uuid:proposal>/withdraw/",
        proposal_views.song_proposal_withdraw,
        name="song_proposal_withdraw",
    ),
    path("sessions/", session_pages.song_sessions, name="song_sessions"),
    path("sessions/<uuid:session>/", session_pages.song_session, name="song_session"),
    path(
        "sessions/<uuid:session>/replay/",
        session_pages.song_session_replay,
        name="song_session_replay",
    ),
    path(
        "sessions/<uuid:session>/branch/",
        session_pages.song_session_branch,
        name="song_session_branch",
    ),
    path("figures/", figure_pages.song_figures, name="song_figures"),
    path("figures/<uuid:mix>/", figure_pages.song_figures, name="song_mix_figures"),
]
