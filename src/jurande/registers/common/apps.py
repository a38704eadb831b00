from django.apps import AppConfig

from jurande.registers.common.new_tables import render_new_models_alone


class Common(AppConfig):
    name = "jurande.registers.common"
    label = "common"

    def ready(self) -> None:
        """Before any migration runs."""
        render_new_models_alone()
