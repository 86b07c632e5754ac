"""The settings of light workers, with the app of stored files."""

from tests.jobs.light_settings import *  # noqa: F403

INSTALLED_APPS = ["media", "projects", *INSTALLED_APPS]  # noqa: F405
