"""The settings without the apps of music, for workers of tests that are started many times.

Only the imports are saved: the database has the tables of all apps.
"""

from ariaforge.settings import *  # noqa: F403

INSTALLED_APPS = [
    app
    for app in INSTALLED_APPS  # noqa: F405
    if app not in ("collaboration", "compositions", "media", "projects")
]
ROOT_URLCONF = "ariaforge.platform_urls"
