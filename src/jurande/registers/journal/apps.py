from django.apps import AppConfig


class Journal(AppConfig):
    name = "jurande.registers.journal"
    label = "journal"
