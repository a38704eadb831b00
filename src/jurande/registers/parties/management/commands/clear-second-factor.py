from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jurande.registers.parties import operations


class Command(BaseCommand):
    help = "Retire le second facteur d’une personne qui l’a perdu ; elle en choisit un autre en revenant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="l’adresse avec laquelle cette personne se connecte")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            operations.clear_second_factor_of(email=options["email"], now=timezone.now())
        except operations.SecondFactorRefused as refusal:
            raise CommandError(str(refusal.sentence)) from refusal
        self.stdout.write("Le second facteur est retiré, les sessions sont fermées et la personne est prévenue.")
