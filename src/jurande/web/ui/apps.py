from django.apps import AppConfig


class Ui(AppConfig):
    name = "jurande.web.ui"
    label = "ui"
