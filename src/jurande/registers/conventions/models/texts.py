"""What was sent to be signed: the content, its PDF and their fingerprints. Rows are added, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from jurande.registers.documents.models import Document


class ConventionText(models.Model):
    """One freezing of a convention: what is shown before signing is what is signed.

    ``content`` is the whole content as JSON, from which the PDF was made; ``content_sha256`` the fingerprint of its
    canonical form, printed on each page; ``sha256`` that of the PDF. A convention that is taken back and sent again
    has another number.
    """

    convention = models.ForeignKey("conventions.Convention", on_delete=models.PROTECT, related_name="texts")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    content_sha256 = models.CharField(_("empreinte du contenu"), max_length=64)
    pdf = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(_("empreinte du PDF"), max_length=64)
    frozen_at = models.DateTimeField(_("figé le"))
    frozen_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("texte figé")
        verbose_name_plural = _("textes figés")
        constraints = [
            models.UniqueConstraint(fields=["convention", "number"], name="conventiontext_number_once"),
            models.CheckConstraint(
                condition=Q(Exact(Length("sha256"), 64)) & Q(Exact(Length("content_sha256"), 64)),
                name="conventiontext_has_fingerprints",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]
