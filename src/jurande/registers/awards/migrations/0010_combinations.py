import django.db.models.deletion
import jurande.registers.common.codes
import jurande.registers.common.crypto.fields
from django.conf import settings
from django.db import migrations, models

from jurande.registers.common.freezing import FreezeParent, FreezePart


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0009_showcase"),
        ("catalogue", "0004_claims"),
        ("parties", "0002_documents"),
    ]

    operations = [
        migrations.AlterField(
            model_name="lot",
            name="source",
            field=models.CharField(
                choices=[
                    ("sheet", "Tableur"),
                    ("one", "Saisie"),
                    ("api", "Interface de programmation"),
                    ("application", "Candidature"),
                    ("combination", "Combinaison"),
                ],
                max_length=12,
                verbose_name="origine",
            ),
        ),
        migrations.CreateModel(
            name="Combination",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    jurande.registers.common.codes.CodeField(
                        default=jurande.registers.common.codes.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "certifier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="combinations", to="parties.certifier"
                    ),
                ),
                (
                    "certification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="combinations",
                        to="catalogue.certification",
                    ),
                ),
                ("bloc", models.CharField(blank=True, max_length=16, verbose_name="bloc")),
                ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Brouillon"), ("published", "Publiée"), ("closed", "Close")],
                        default="draft",
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                ("title", models.CharField(max_length=150, verbose_name="nom")),
                ("words", models.TextField(blank=True, verbose_name="présentation")),
                ("choices", models.JSONField(default=list, verbose_name="au choix")),
                ("revision", models.PositiveIntegerField(default=1)),
                ("author_codes", models.JSONField(default=list)),
                ("started_at", models.DateTimeField(verbose_name="commencée le")),
                ("started_by_code", models.CharField(max_length=16)),
                ("changed_at", models.DateTimeField(verbose_name="modifiée le")),
                ("changed_by_code", models.CharField(max_length=16)),
                ("published_at", models.DateTimeField(null=True, verbose_name="publiée le")),
                ("published_by_code", models.CharField(blank=True, max_length=16)),
                ("closed_at", models.DateTimeField(null=True, verbose_name="close le")),
                ("closed_by_code", models.CharField(blank=True, max_length=16)),
            ],
            options={
                "verbose_name": "combinaison",
                "verbose_name_plural": "combinaisons",
                "constraints": [
                    models.UniqueConstraint(fields=("certification", "bloc", "number"), name="combination_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("certification", "bloc"),
                        name="combination_one_draft",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("certification", "bloc"),
                        name="combination_one_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("published_by_code", ""), ("state", "draft")),
                            models.Q(
                                ("published_at__isnull", False),
                                ("state__in", ["published", "closed"]),
                                models.Q(("published_by_code", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="combination_published_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state", "closed"),
                                models.Q(("closed_by_code", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "closed"), _negated=True),
                                ("closed_at", None),
                                ("closed_by_code", ""),
                            ),
                            _connector="OR",
                        ),
                        name="combination_closed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CombinationPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    jurande.registers.common.codes.CodeField(
                        default=jurande.registers.common.codes.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "combination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="awards.combination"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "certification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="combination_parts",
                        to="catalogue.certification",
                    ),
                ),
                ("choice", models.PositiveSmallIntegerField(default=0, verbose_name="au choix")),
                (
                    "minimum_grade",
                    models.CharField(blank=True, max_length=30, verbose_name="note ou mention, au moins"),
                ),
                (
                    "minimum_level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("1", "Niveau 1 du cadre européen"),
                            ("2", "Niveau 2 du cadre européen"),
                            ("3", "Niveau 3 du cadre européen"),
                            ("4", "Niveau 4 du cadre européen"),
                            ("5", "Niveau 5 du cadre européen"),
                            ("6", "Niveau 6 du cadre européen"),
                            ("7", "Niveau 7 du cadre européen"),
                            ("8", "Niveau 8 du cadre européen"),
                            ("none", "Sans niveau\xa0: ne s’applique pas"),
                        ],
                        max_length=4,
                        verbose_name="niveau, au moins",
                    ),
                ),
                ("identity_checked", models.BooleanField(default=False, verbose_name="identité vérifiée")),
                ("max_age_months", models.PositiveSmallIntegerField(null=True, verbose_name="obtenue depuis moins de")),
            ],
            options={
                "verbose_name": "élément d’une combinaison",
                "verbose_name_plural": "éléments des combinaisons",
                "constraints": [
                    models.UniqueConstraint(fields=("combination", "certification"), name="combination_part_once"),
                    models.CheckConstraint(
                        condition=models.Q(("max_age_months", None), ("max_age_months__gte", 1), _connector="OR"),
                        name="combination_part_age",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CombinationCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "combination",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="count", to="awards.combination"
                    ),
                ),
                ("complete", models.PositiveIntegerField(default=0)),
                ("near", models.PositiveIntegerField(default=0)),
                ("counted_at", models.DateTimeField(verbose_name="compté le")),
            ],
            options={
                "verbose_name": "compte d’une combinaison",
                "verbose_name_plural": "comptes des combinaisons",
            },
        ),
        migrations.CreateModel(
            name="CombinationRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    jurande.registers.common.codes.CodeField(
                        default=jurande.registers.common.codes.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "combination",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="awards.combination",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="combination_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "Ensemble complet"),
                            ("lapsed", "N’est plus complet"),
                            ("asked", "Demandée"),
                            ("prepared", "En préparation"),
                            ("declined", "Déclinée"),
                        ],
                        default="found",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                ("found_at", models.DateTimeField(verbose_name="complet depuis le")),
                ("told_at", models.DateTimeField(null=True, verbose_name="annoncé le")),
                ("asked_at", models.DateTimeField(null=True, verbose_name="demandée le")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="décidée le")),
                ("decided_by_code", models.CharField(blank=True, max_length=16)),
                (
                    "reasons",
                    jurande.registers.common.crypto.fields.EncryptedTextField(blank=True, verbose_name="motif"),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="combination_requests",
                        to="awards.lot",
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="awards.lotrow"
                    ),
                ),
            ],
            options={
                "verbose_name": "demande d’attestation de bloc",
                "verbose_name_plural": "demandes d’attestation de bloc",
                "indexes": [models.Index(fields=["combination", "state", "found_at"], name="combination_by_state")],
                "constraints": [
                    models.UniqueConstraint(fields=("combination", "holder"), name="combination_request_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "asked"), _negated=True), ("asked_at__isnull", False), _connector="OR"
                        ),
                        name="combination_request_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["prepared", "declined"]), _negated=True),
                            models.Q(("decided_at__isnull", False), models.Q(("decided_by_code", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="combination_request_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "prepared"), _negated=True), ("lot__isnull", False), _connector="OR"
                        ),
                        name="combination_request_prepared_in_a_lot",
                    ),
                ],
            },
        ),
        FreezeParent("awards_combination", "draft", ("state", "closed_at", "closed_by_code")),
        FreezePart("awards_combinationpart", "awards_combination", "combination_id", "draft"),
    ]
