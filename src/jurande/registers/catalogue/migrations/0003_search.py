"""The search of the national registers, on each database's own text index."""

import django.db.models.deletion
from django.db import migrations, models

CREATED = {
    # The stems are words already: the simplest tokenizer, no position, no column.
    "sqlite": [
        "CREATE VIRTUAL TABLE catalogue_searchtext USING fts5(stems, detail = none, tokenize = 'ascii', columnsize = 0)"
    ],
    "postgresql": [
        "ALTER TABLE catalogue_searchentry ADD COLUMN stems tsvector NOT NULL DEFAULT ''",
        "CREATE INDEX searchentry_stems ON catalogue_searchentry USING gin (stems)",
    ],
}
DROPPED = {"sqlite": ["DROP TABLE catalogue_searchtext"], "postgresql": []}  # the column goes with its table


def create_text_index(apps, schema_editor):
    for statement in CREATED[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_text_index(apps, schema_editor):
    for statement in DROPPED[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_certifications"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="mot")),
                ("stem", models.CharField(max_length=40, verbose_name="racine")),
            ],
            options={"verbose_name": "mot de la recherche"},
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "fiche",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="catalogue.fiche",
                    ),
                ),
                ("register", models.CharField(choices=[("rncp", "RNCP"), ("rs", "RS")], max_length=4)),
                ("number_value", models.PositiveIntegerField()),
                ("level", models.PositiveSmallIntegerField(null=True, verbose_name="niveau")),
                ("is_active", models.BooleanField(verbose_name="active")),
                ("title_stems", models.TextField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalogue.ficheversion"
                    ),
                ),
            ],
            options={
                "verbose_name": "entrée de la recherche",
                "indexes": [
                    models.Index(
                        fields=["-is_active", "-number_value", "register"], name="searchentry_active_then_newest"
                    )
                ],
            },
        ),
        migrations.RunPython(create_text_index, drop_text_index),
    ]
