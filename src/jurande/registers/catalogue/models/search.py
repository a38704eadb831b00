"""What the search of the national registers looks into: one row a fiche, and the words of titles as people type them.

The stems of a fiche are kept by the database's own text index, FTS5 in ``catalogue_searchtext`` on SQLite, a tsvector
with its GIN index on PostgreSQL: both hold the same stems and no ranking of their own, so that both answer alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from jurande.core.france.stems import WORD_MOST
from jurande.registers.catalogue.models.national import Fiche, FicheVersion
from jurande.registers.catalogue.states import Register

# All of these in a fiche; each a choice of alternatives, which are sets of stems.
Wanted = Sequence[Sequence[Sequence[str]]]


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def holding(self, wanted: Wanted) -> SearchEntryQuerySet:
        """Those whose text holds all that is wanted. Stems are Latin letters and figures: nothing to escape."""
        if connection.vendor == "sqlite":
            asked = _joined(wanted, " AND ", " OR ", '"{}"')
            sql = (
                "catalogue_searchentry.fiche_id IN "
                "(SELECT rowid FROM catalogue_searchtext WHERE catalogue_searchtext MATCH %s)"
            )
        else:
            asked = _joined(wanted, " & ", " | ", "'{}'")
            sql = "catalogue_searchentry.stems @@ %s::tsquery"
        return self.filter(RawSQL(sql, [asked], output_field=models.BooleanField()))  # noqa: S611 - constants, a parameter

    def among(self, fiches: Sequence[int]) -> SearchEntryQuerySet:
        """Those of these fiches: thousands of them as one parameter, where the ORM would write one each."""
        sql: str
        given: Any
        if connection.vendor == "sqlite":
            sql, given = "catalogue_searchentry.fiche_id IN (SELECT value FROM json_each(%s))", json.dumps(list(fiches))
        else:
            sql, given = "catalogue_searchentry.fiche_id = ANY(%s)", list(fiches)
        return self.filter(RawSQL(sql, [given], output_field=models.BooleanField()))  # noqa: S611 - likewise


def _joined(wanted: Wanted, every: str, some: str, stem: str) -> str:
    def one(alternative: Sequence[str]) -> str:
        return "(" + every.join(stem.format(word) for word in alternative) + ")"

    return every.join("(" + some.join(one(alternative) for alternative in choice) + ")" for choice in wanted)


class SearchEntry(models.Model):
    """A fiche as the search sees it: what it is filtered and ranked by."""

    fiche = models.OneToOneField(Fiche, on_delete=models.CASCADE, primary_key=True, related_name="search_entry")
    version = models.ForeignKey(FicheVersion, on_delete=models.CASCADE, related_name="+")
    register = models.CharField(max_length=4, choices=Register)
    # The figures of the number: the higher, the newer.
    number_value = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(_("niveau"), null=True)
    is_active = models.BooleanField(_("active"))
    # Stems of the title in order, each between spaces: a fiche whose title says the word comes first.
    title_stems = models.TextField()

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entrée de la recherche")
        indexes = [
            models.Index(fields=["-is_active", "-number_value", "register"], name="searchentry_active_then_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.number_value}"

    @staticmethod
    def keep(rows: Sequence[tuple[int, int, str, int, int | None, bool, str]]) -> None:
        """Add entries, or write them anew: fiche, version, register, figures, level, in force or not, title."""
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO catalogue_searchentry "
                "(fiche_id, version_id, register, number_value, level, is_active, title_stems) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (fiche_id) DO UPDATE SET "
                "version_id = excluded.version_id, register = excluded.register, level = excluded.level, "
                "is_active = excluded.is_active, title_stems = excluded.title_stems",
                rows,
            )

    @staticmethod
    def keep_stems(rows: Iterable[tuple[int, list[str]]]) -> None:
        """Put the stems of fiches (primary key, distinct stems) in the text index, in place of what it held of them."""
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                texts = [(fiche, " ".join(stems)) for fiche, stems in rows]
                cursor.executemany("DELETE FROM catalogue_searchtext WHERE rowid = %s", [(one,) for one, _ in texts])
                cursor.executemany("INSERT INTO catalogue_searchtext (rowid, stems) VALUES (%s, %s)", texts)
            else:
                cursor.executemany(
                    "UPDATE catalogue_searchentry SET stems = array_to_tsvector(%s::text[]) WHERE fiche_id = %s",
                    [(stems, fiche) for fiche, stems in rows],
                )


class SearchWordQuerySet(models.QuerySet["SearchWord"]):
    def starting_with_any(self, beginnings: Sequence[str]) -> SearchWordQuerySet:
        """Those that start so. A range rather than LIKE: both databases walk their index, whatever the collation."""
        condition = models.Q(pk__in=[])
        for one in beginnings:
            condition |= models.Q(word__gte=one, word__lte=one.ljust(WORD_MOST, "z"))
        return self.filter(condition)


class SearchWord(models.Model):
    """A word of a title or of a label, folded, and its stem: what unfinished and mistyped words are read with."""

    word = models.CharField(_("mot"), max_length=WORD_MOST, primary_key=True)
    stem = models.CharField(_("racine"), max_length=WORD_MOST)

    objects = SearchWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("mot de la recherche")

    def __str__(self) -> str:
        return self.word

    @staticmethod
    def keep(rows: Iterable[tuple[str, str]]) -> None:
        """Add words with their stems; those known already stay. Plain SQL: there are thousands to a chunk of fiches."""
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO catalogue_searchword (word, stem) VALUES (%s, %s) ON CONFLICT DO NOTHING", list(rows)
            )
