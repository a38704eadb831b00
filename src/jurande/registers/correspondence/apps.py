from django.apps import AppConfig


class Correspondence(AppConfig):
    name = "jurande.registers.correspondence"
    label = "correspondence"
