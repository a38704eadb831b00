from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from jurande.demo import world


class Command(BaseCommand):
    help = "Construit le monde de démonstration dans une base vide."

    def handle(self, *args: Any, **options: Any) -> None:
        world.build(now=timezone.now())
