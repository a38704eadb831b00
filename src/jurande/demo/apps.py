from django.apps import AppConfig


class Demo(AppConfig):
    name = "jurande.demo"
    label = "demo"
