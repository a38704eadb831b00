from django.apps import AppConfig


class Documents(AppConfig):
    name = "jurande.registers.documents"
    label = "documents"
