"""Settings of the OpenAPI schema, taken up by :mod:`ariaforge.settings`."""

from __future__ import annotations

from typing import Any

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "AriaForge API",
    "DESCRIPTION": "Compose, render and fetch songs. See docs/api.md.",
    "VERSION": "1.0.0",
    "LICENSE": {"name": "AGPL-3.0-or-later"},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SERVE_AUTHENTICATION": ["rest_framework.authentication.SessionAuthentication"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Two kinds of role: a person's in a project, a track's in a song; and so on.
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "ariaforge.models.JobState",
        "ProposalStateEnum": "compositions.models.Proposal.State",
        "AISessionStepStateEnum": "compositions.models.AISessionStep.State",
        "AISessionOperationEnum": "compositions.models.AISessionStep.Operation",
        "LLMInteractionStateEnum": "compositions.models.LLMInteraction.State",
        "LLMPurposeEnum": "compositions.models.LLMInteraction.Purpose",
        "VersionSourceEnum": "compositions.models.Version.Source",
        "EditSourceEnum": "compositions.models.EditBatch.Source",
        "ExportFormatEnum": "compositions.models.Export.Format",
        "MergeChoiceEnum": "compositions.score.merge.CHOICES",
        "PresetKindEnum": "compositions.models.presets.Preset.Kind",
        "ProjectRoleEnum": "projects.roles.Role",
        "TrackRoleEnum": "compositions.models.document.TRACK_ROLES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "ariaforge.api.schema.add_error_responses",
    ],
}
