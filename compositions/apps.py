from django.apps import AppConfig


class CompositionsConfig(AppConfig):
    name = "compositions"
    verbose_name = "Compositions"
    default_auto_field = "django.db.models.BigAutoField"
