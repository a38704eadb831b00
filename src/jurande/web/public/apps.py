from django.apps import AppConfig


class Public(AppConfig):
    name = "jurande.web.public"
    label = "public"
