from django.apps import AppConfig


class AriaForgeConfig(AppConfig):
    name = "ariaforge"
    verbose_name = "Platform"
    default_auto_field = "django.db.models.BigAutoField"
