"""Pages about the history of a song, below the address of the song."""

from django.urls import path

from compositions.pages import branches, compare, figures, history, merging, proposals, sessions

urlpatterns = [
    path("history/", history.song_history, name="song_history"),
    path("history/save/", history.song_version_save, name="song_version_save"),
    path("versions/<int:number>/", history.song_version, name="song_version"),
    path("versions/<int:number>/midi/", history.song_version_midi, name="song_version_midi"),
    path(
        "versions/<int:number>/restore/",
        history.song_version_restore,
        name="song_version_restore",
    ),
    path("versions/<int:number>/tag/", history.song_version_tag, name="song_version_tag"),
    path("versions/<int:number>/fork/", history.song_version_fork, name="song_version_fork"),
    path("versions/<int:number>/revert/", merging.song_revert, name="song_revert"),
    path("branches/", branches.song_branch_create, name="song_branch_create"),
    path(
        "branches/<uuid:branch>/rename/",
        branches.song_branch_rename,
        name="song_branch_rename",
    ),
    path(
        "branches/<uuid:branch>/protect/",
        branches.song_branch_protect,
        name="song_branch_protect",
    ),
    path(
        "branches/<uuid:branch>/delete/",
        branches.song_branch_delete,
        name="song_branch_delete",
    ),
    path(
        "branches/<uuid:branch>/checkout/",
        branches.song_branch_checkout,
        name="song_branch_checkout",
    ),
    path("tags/<uuid:tag>/delete/", branches.song_tag_delete, name="song_tag_delete"),
    path("compare/", compare.song_compare, name="song_compare"),
    path("blame/", compare.song_blame, name="song_blame"),
    path("merge/", merging.song_merge, name="song_merge"),
    path("pick/", merging.song_pick, name="song_pick"),
    path("proposals/", proposals.song_proposals, name="song_proposals"),
    path("proposals/<uuid:proposal>/", proposals.song_proposal, name="song_proposal"),
    path(
        "proposals/<uuid:proposal>/reject/",
        proposals.song_proposal_reject,
        name="song_proposal_reject",
    ),
    path(
        "proposals/<uuid:proposal>/withdraw/",
        proposals.song_proposal_withdraw,
        name="song_proposal_withdraw",
    ),
    path("sessions/", sessions.song_sessions, name="song_sessions"),
    path("sessions/<uuid:session>/", sessions.song_session, name="song_session"),
    path(
        "sessions/<uuid:session>/replay/",
        sessions.song_session_replay,
        name="song_session_replay",
    ),
    path(
        "sessions/<uuid:session>/branch/",
        sessions.song_session_branch,
        name="song_session_branch",
    ),
    path("figures/", figures.song_figures, name="song_figures"),
    path("figures/<uuid:mix>/", figures.song_figures, name="song_mix_figures"),
]
