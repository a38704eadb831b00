"""An application to one or several calls: who applies, for what, with whom, where, with which programme.

Everything of a draft is written by the applicant; once submitted, it stays as it was that day (migration 0002).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jurande.registers.common.codes import CodeField
from jurande.registers.documents.models import Document
from jurande.registers.network.models.calls import Call, CallCriterion
from jurande.registers.network.states.applications import ApplicationState, StaffFunction, SubcontractBasis
from jurande.registers.network.states.calls import HabilitationKind
from jurande.registers.parties.models import Certifier, Membership, Partnership, Person
from jurande.registers.parties.states import ROLE_RIGHTS, DocumentKind, Right

if TYPE_CHECKING:
    from jurande.registers.parties.policies import Actor

_READERS = [role for role, rights in ROLE_RIGHTS.items() if Right.SEE_APPLICATIONS in rights]


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, actor: Actor) -> ApplicationQuerySet:
        """One's own and those of one's partnership, drafts included; those submitted to one's certifier."""
        if actor.is_anonymous:
            return self.none()
        if actor.partnership_code:
            mine = self.filter(partnership__code=actor.partnership_code)
            return mine if actor.has(Right.SEE_APPLICATIONS) else self.none()
        if actor.certifier_code:
            theirs = self.filter(certifier__code=actor.certifier_code).exclude(state=ApplicationState.DRAFT)
            return theirs if actor.has(Right.SEE_APPLICATIONS) else self.none()
        # A guest: who applies, wherever else they work.
        places = Membership.objects.in_force().filter(person__code=actor.code, role__in=_READERS)
        return self.filter(Q(applicant__code=actor.code) | Q(partnership__in=places.values("partnership")))

    def in_states(self, *states: str) -> ApplicationQuerySet:
        return self.filter(state__in=states)

    def drafts(self) -> ApplicationQuerySet:
        return self.filter(state=ApplicationState.DRAFT)


class Application(models.Model):
    """One file, by one applicant, for one place. ``revision`` grows at each change: two tabs never overwrite unseen.

    ``head_quality``… ``charter_digest``: the charter as the head signed it, with the digest of the commitments, the
    name and the instant. ``columns``: which column of an imported sheet is what, chosen once.
    """

    code = CodeField()
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="applications")
    reference = models.CharField(_("référence"), max_length=40, blank=True)
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="applications")
    state = models.CharField(_("état"), max_length=12, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    legal_name = models.CharField(_("dénomination"), max_length=250, blank=True)
    usual_name = models.CharField(_("nom d’usage"), max_length=250, blank=True)
    address = models.CharField(_("adresse"), max_length=250, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    city = models.CharField(_("commune"), max_length=100, blank=True)
    nda = models.CharField(_("déclaration d’activité"), max_length=11, blank=True)
    presentation = models.TextField(_("présentation"), blank=True)
    started_at = models.DateTimeField(_("commencée le"))
    changed_at = models.DateTimeField(_("modifiée le"))
    changed_by_code = models.CharField(max_length=16)
    reminded_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(_("déposée le"), null=True)
    submitted_by_code = models.CharField(max_length=16, blank=True)
    decided_at = models.DateTimeField(_("décidée le"), null=True)
    withdrawn_at = models.DateTimeField(_("retirée le"), null=True)
    withdrawn_by_code = models.CharField(max_length=16, blank=True)
    withdraw_reason = models.TextField(_("motif du retrait"), blank=True)
    charter_signed_at = models.DateTimeField(_("charte signée le"), null=True)
    charter_by_name = models.CharField(_("signataire"), max_length=200, blank=True)
    charter_by_quality = models.CharField(_("qualité"), max_length=200, blank=True)
    charter_ticks = models.JSONField(default=list)
    charter_digest = models.CharField(max_length=64, blank=True)
    columns = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidature")
        verbose_name_plural = _("candidatures")
        constraints = [
            models.UniqueConstraint(
                fields=["certifier", "reference"], condition=~Q(reference=""), name="application_reference_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=ApplicationState.DRAFT, submitted_at=None, submitted_by_code="", reference="")
                    | (
                        Q(submitted_at__isnull=False, charter_signed_at__isnull=False)
                        & ~Q(state=ApplicationState.DRAFT)
                        & ~Q(submitted_by_code="")
                        & ~Q(reference="")
                        & ~Q(siret="")
                        & ~Q(legal_name="")
                    )
                ),
                name="application_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=ApplicationState.WITHDRAWN, withdrawn_at__isnull=False)
                    & ~Q(withdrawn_by_code="")
                    & ~Q(withdraw_reason="")
                    | ~Q(state=ApplicationState.WITHDRAWN)
                    & Q(withdrawn_at=None, withdrawn_by_code="", withdraw_reason="")
                ),
                name="application_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.DECIDED) | Q(decided_at__isnull=False),
                name="application_decided_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(charter_signed_at=None, charter_digest="", charter_by_name="")
                | Q(charter_signed_at__isnull=False) & ~Q(charter_digest="") & ~Q(charter_by_name=""),
                name="application_charter_signed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(decided_at__gte=F("submitted_at")),
                name="application_decided_after_submission",
            ),
        ]
        indexes = [
            models.Index(fields=["certifier", "state", "submitted_at"], name="application_waiting"),
            models.Index(fields=["certifier", "siret"], name="application_site"),
        ]

    def __str__(self) -> str:
        return self.reference or self.code

    @property
    def name(self) -> str:
        """The name of who applies, as people use it."""
        return self.usual_name or self.legal_name or str(_("Candidature sans nom"))

    @property
    def is_draft(self) -> bool:
        return self.state == ApplicationState.DRAFT


class PartQuerySet(models.QuerySet):  # type: ignore[type-arg]  # one class for every part of a file
    """The parts of an application: seen by who sees it."""

    def visible_to(self, actor: Actor) -> PartQuerySet:
        return self.filter(application__in=Application.objects.visible_to(actor))


class Target(models.Model):
    """One call that is applied to: the kind, the blocs (lineages, [] for all), the places (départements, [] for all).

    ``live_siret``: the site, while the certifier has not answered; two files for the same site and call cannot both be
    live. ``dismissed``: the hints that the applicant said no to, as ``module code/lineage``.
    """

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="targets")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="targets")
    kind = models.CharField(_("habilitation"), max_length=10, choices=HabilitationKind.choices, blank=True)
    blocs = models.JSONField(_("blocs"), default=list)
    territory = models.JSONField(_("territoire"), default=list)
    live_siret = models.CharField(max_length=14, blank=True)
    dismissed = models.JSONField(default=list)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("demande")
        verbose_name_plural = _("demandes")
        constraints = [
            models.UniqueConstraint(fields=["application", "call"], name="target_once_by_call"),
            models.UniqueConstraint(
                fields=["call", "live_siret"], condition=~Q(live_siret=""), name="target_one_live_by_site"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.call_id}"


class StaffMember(models.Model):
    """Somebody who works at the applicant's, then at the partner's. ``blocs``: those they teach or assess, [] for all.

    ``application``: the file that named them; ``partnership``: where they work, once there is one.
    """

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="staff")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="staff")
    position = models.PositiveSmallIntegerField(default=0)
    first_name = models.CharField(_("prénom"), max_length=100)
    last_name = models.CharField(_("nom"), max_length=100)
    email = models.EmailField(_("adresse e-mail"), blank=True)
    functions = models.JSONField(_("fonctions"), default=list)
    blocs = models.JSONField(_("blocs"), default=list)
    qualifications = models.TextField(_("diplômes et qualifications"), blank=True)
    experience_years = models.PositiveSmallIntegerField(_("années d’expérience"), null=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("intervenant")
        verbose_name_plural = _("intervenants")
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=False) | Q(partnership__isnull=False), name="staff_works_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(experience_years=None) | Q(experience_years__lte=70), name="staff_experience_is_a_life"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def function_labels(self) -> list[str]:
        """What they do, in words that follow one another in a sentence."""
        labels = [str(one.label) for one in StaffFunction if one.value in self.functions]
        return labels[:1] + [label[:1].lower() + label[1:] for label in labels[1:]]

    @property
    def teaches(self) -> bool:
        """Whether they train or assess: those are looked at one by one."""
        return StaffFunction.TRAINER in self.functions or StaffFunction.ASSESSOR in self.functions


class Premises(models.Model):
    """Where people are trained or assessed, and with what."""

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="premises")
    position = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(_("nom du lieu"), max_length=150)
    address = models.CharField(_("adresse"), max_length=250, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    city = models.CharField(_("commune"), max_length=100, blank=True)
    capacity = models.PositiveSmallIntegerField(_("places"), null=True)
    equipment = models.TextField(_("matériel"), blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("locaux")
        verbose_name_plural = _("locaux")

    def __str__(self) -> str:
        return self.label


class ClientReference(models.Model):
    """Somebody for whom the applicant worked, who can be asked."""

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="references")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("client"), max_length=200)
    what = models.TextField(_("ce qui a été fait"), blank=True)
    year = models.PositiveSmallIntegerField(_("année"), null=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("référence")
        verbose_name_plural = _("références")

    def __str__(self) -> str:
        return self.name


class Subcontractor(models.Model):
    """Somebody who will train in the applicant's name, and on what ground they may."""

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="subcontractors")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("sous-traitant"), max_length=250)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    nda = models.CharField(_("déclaration d’activité"), max_length=11, blank=True)
    what = models.TextField(_("ce qui lui est confié"), blank=True)
    basis = models.CharField(_("fondement"), max_length=12, choices=SubcontractBasis.choices, blank=True)
    no_cascade = models.BooleanField(_("ne sous-traite pas à son tour"), default=False)
    note = models.TextField(_("précision"), blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("sous-traitant")
        verbose_name_plural = _("sous-traitants")

    def __str__(self) -> str:
        return self.name


class ApplicationDocumentQuerySet(PartQuerySet):
    def in_force(self) -> ApplicationDocumentQuerySet:
        return self.filter(withdrawn_at=None)


class ApplicationDocument(models.Model):
    """A document of the file: what it proves, for which condition, person or place, until when.

    ``answers_code``: the question or condition of the certifier that it was sent for.
    """

    code = CodeField()
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("nature"), max_length=20, choices=DocumentKind.choices)
    criterion = models.ForeignKey(CallCriterion, on_delete=models.PROTECT, null=True, related_name="evidence_documents")
    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, null=True, related_name="documents")
    premises = models.ForeignKey(Premises, on_delete=models.CASCADE, null=True, related_name="documents")
    answers_code = models.CharField(max_length=16, blank=True)
    expires_on = models.DateField(_("valable jusqu’au"), null=True)
    attached_at = models.DateTimeField(_("déposée le"))
    attached_by_code = models.CharField(max_length=16)
    withdrawn_at = models.DateTimeField(_("retirée le"), null=True)
    withdrawn_by_code = models.CharField(max_length=16, blank=True)
    withdraw_reason = models.TextField(_("motif du retrait"), blank=True)

    objects = ApplicationDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("pièce de candidature")
        verbose_name_plural = _("pièces de candidature")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="application_document_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by_code="", withdraw_reason="")
                | (Q(withdrawn_at__gte=F("attached_at")) & ~Q(withdrawn_by_code="") & ~Q(withdraw_reason="")),
                name="application_document_withdrawn_says_why",
            ),
        ]
        indexes = [models.Index(fields=["application", "expires_on"], name="application_document_expiry")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"


class ProgrammeQuerySet(models.QuerySet):  # type: ignore[type-arg]  # one class for every part of a programme
    """The parts of a programme: seen by who sees the application. ``path``: the way there, by the model's fields."""

    def visible_to(self, actor: Actor) -> ProgrammeQuerySet:
        way = "module__target" if any(one.name == "module" for one in self.model._meta.get_fields()) else "target"
        return self.filter(**{f"{way}__application__in": Application.objects.visible_to(actor)})


class ProgrammeModule(models.Model):
    """One module of the programme for one call. ``in_person_minutes`` is a part of ``minutes``."""

    code = CodeField()
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="modules")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("module"), max_length=200)
    content = models.TextField(_("contenu"), blank=True)
    minutes = models.PositiveIntegerField(_("durée"), default=0)
    in_person_minutes = models.PositiveIntegerField(_("dont en présence"), default=0)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        constraints = [
            models.CheckConstraint(
                condition=Q(in_person_minutes__lte=F("minutes")), name="module_in_person_is_a_part_of_it"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ModuleCoverage(models.Model):
    """A competency, or one of its criteria, that a module works on; both known by their lineage."""

    module = models.ForeignKey(ProgrammeModule, on_delete=models.CASCADE, related_name="coverages")
    competency_lineage = models.CharField(max_length=16)
    criterion_lineage = models.CharField(max_length=16, blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("compétence travaillée")
        verbose_name_plural = _("compétences travaillées")
        constraints = [
            models.UniqueConstraint(fields=["module", "competency_lineage", "criterion_lineage"], name="coverage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.module_id} · {self.competency_lineage}"


class HoleNote(models.Model):
    """What the applicant says of a competency that no module works on."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="hole_notes")
    competency_lineage = models.CharField(max_length=16)
    text = models.TextField(_("explication"))

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("explication d’un manque")
        verbose_name_plural = _("explications de manques")
        constraints = [
            models.UniqueConstraint(fields=["target", "competency_lineage"], name="hole_note_once"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
