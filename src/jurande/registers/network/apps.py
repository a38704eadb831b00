from django.apps import AppConfig


class Network(AppConfig):
    name = "jurande.registers.network"
    label = "network"
