"""Registration dossiers: what is answered to each criterion, what is joined, and what was frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from jurande.core.france.specific_register import CRITERIA, PIECES
from jurande.registers.catalogue.models import Certification
from jurande.registers.common.codes import CodeField
from jurande.registers.declarations.states import DossierState, RequestKind
from jurande.registers.documents.models import Document
from jurande.registers.parties.models import Certifier
from jurande.registers.parties.states import Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

_CRITERIA = [(one.key, one.rank) for one in CRITERIA]
_PIECES = [(one.key, one.label) for one in PIECES]


class RegistrationDossierQuerySet(models.QuerySet["RegistrationDossier"]):
    def visible_to(self, actor: Actor) -> RegistrationDossierQuerySet:
        """Those of one's own house."""
        if actor.partnership_code or not actor.certifier_code or not actor.has(Right.SEE_CERTIFICATIONS):
            return self.none()
        return self.filter(certifier__code=actor.certifier_code)

    def drafts(self) -> RegistrationDossierQuerySet:
        return self.filter(state=DossierState.DRAFT)


class RegistrationDossier(models.Model):
    """A request to enter the répertoire spécifique being prepared. Source: C. trav. L. 6113-6, R. 6113-11.

    ``content``: once closed, all that it says, as JSON; ``content_sha256`` the fingerprint of its canonical form,
    printed on each page of ``pdf``. It holds numbers of people, never a person.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="registration_dossiers")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="registration_dossiers")
    reference = models.CharField(_("référence"), max_length=40)
    kind = models.CharField(_("demande"), max_length=5, choices=RequestKind)
    state = models.CharField(_("état"), max_length=9, choices=DossierState, default=DossierState.DRAFT)
    started_at = models.DateTimeField(_("commencé le"))
    started_by_code = models.CharField(max_length=16)
    changed_at = models.DateTimeField(_("modifié le"))
    changed_by_code = models.CharField(max_length=16)
    ended_at = models.DateTimeField(_("arrêté ou abandonné le"), null=True)
    ended_by_code = models.CharField(max_length=16, blank=True)
    content = models.JSONField(null=True)
    content_sha256 = models.CharField(_("empreinte du contenu"), max_length=64, blank=True)
    pdf = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")

    objects = RegistrationDossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier d’enregistrement")
        verbose_name_plural = _("dossiers d’enregistrement")
        constraints = [
            models.UniqueConstraint(fields=["certifier", "reference"], name="registrationdossier_reference_once"),
            models.UniqueConstraint(
                fields=["certification"], condition=Q(state=DossierState.DRAFT), name="registrationdossier_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(state=DossierState.DRAFT, ended_at=None, ended_by_code="", content_sha256="", pdf=None)
                | Q(state=DossierState.DISCARDED, ended_at__isnull=False, content_sha256="", pdf=None)
                & ~Q(ended_by_code="")
                | Q(Exact(Length("content_sha256"), 64), state=DossierState.CLOSED, ended_at__isnull=False)
                & Q(pdf__isnull=False)
                & ~Q(ended_by_code=""),
                name="registrationdossier_closed_is_frozen",
            ),
        ]
        indexes = [models.Index(fields=["certifier", "-started_at"], name="registrationdossier_latest")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_draft(self) -> bool:
        return self.state == DossierState.DRAFT


class DossierAnswer(models.Model):
    """What the certifier says to one criterion. ``is_moot``: it says that the criterion has no object here, and why.

    ``revision`` grows at each change: who saves says which one they had read, so that nobody overwrites unseen.
    """

    dossier = models.ForeignKey(RegistrationDossier, on_delete=models.CASCADE, related_name="answers", db_index=False)
    criterion = models.CharField(_("critère"), max_length=12, choices=_CRITERIA)
    text = models.TextField(_("réponse"), blank=True)
    is_moot = models.BooleanField(_("sans objet"), default=False)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(_("écrite le"))
    changed_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("réponse à un critère")
        verbose_name_plural = _("réponses aux critères")
        constraints = [
            models.UniqueConstraint(fields=["dossier", "criterion"], name="dossieranswer_once"),
            models.CheckConstraint(condition=Q(is_moot=False) | ~Q(text=""), name="dossieranswer_moot_says_why"),
        ]

    def __str__(self) -> str:
        return self.criterion


class DossierAnnex(models.Model):
    """A file that shows something of a criterion. ``piece``: a key of ``core.france.specific_register.PIECES``."""

    code = CodeField()
    dossier = models.ForeignKey(RegistrationDossier, on_delete=models.CASCADE, related_name="annexes")
    criterion = models.CharField(_("critère"), max_length=12, choices=_CRITERIA)
    piece = models.CharField(_("nature"), max_length=16, choices=_PIECES)
    title = models.CharField(_("titre"), max_length=160)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(_("empreinte"), max_length=64)
    added_at = models.DateTimeField(_("jointe le"))
    added_by_code = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("annexe d’un dossier")
        verbose_name_plural = _("annexes des dossiers")

    def __str__(self) -> str:
        return self.title
