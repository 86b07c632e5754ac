"""The roles of a project's members, from most to least power."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    """What a member may do: an owner all, an editor change music, a commenter comment."""

    OWNER = "owner", "Owner"
    EDITOR = "editor", "Editor"
    COMMENTER = "commenter", "Commenter"
    VIEWER = "viewer", "Viewer"


CAN_VIEW = (Role.OWNER, Role.EDITOR, Role.COMMENTER, Role.VIEWER)
CAN_COMMENT = (Role.OWNER, Role.EDITOR, Role.COMMENTER)
CAN_EDIT = (Role.OWNER, Role.EDITOR)
CAN_OWN = (Role.OWNER,)
