from django.apps import AppConfig

from jurande.web.ui.plurals import speak_french


class Ui(AppConfig):
    name = "jurande.web.ui"
    label = "ui"

    def ready(self) -> None:
        speak_french()
