"""What is written while an application is judged: to reviewers, to the applicant, then to the partner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from jurande.registers.correspondence.emails import Letter, MailKind
from jurande.registers.network.models import Application, Approval, Condition, Decision, Question, Review, Visit
from jurande.registers.network.states import DecisionVerdict
from jurande.registers.parties.models import Partnership, Person

# Where links lead; the screens behind them are declared in web/certifier/recruitment and web/guest/applications.
APPLICATION_PATH = "/candidatures/{application}/"
DOSSIER_PATH = "/c/{certifier}/recrutement/dossiers/{application}/"
REVIEW_PATH = "/c/{certifier}/recrutement/evaluations/{review}/"
PARTNER_PATH = "/c/{certifier}/reseau/{partnership}/"

_HOUSE = {
    "prenom": "Jocelyn",
    "organisme": "Institut des métiers de la réparation",
    "candidat": "Ateliers Mistral Formation",
    "reference": "CAND-2026-0012",
    "lien": "https://jurande.exemple.fr/candidatures/…",
}
_APPLIED = _("Vous recevez ce message parce que vous avez déposé cette candidature.")
_JUDGES = _("Vous recevez ce message parce que vous participez à l’examen de cette candidature.")

REVIEW_ASSIGNED = MailKind(
    key="network.review_assigned",
    label=_("Candidature à évaluer"),
    fields={**_HOUSE, "avant": "2 avril 2026"},
    subject=_("Une candidature à évaluer\u00a0: {{ candidat }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "La candidature de {{ candidat }} ({{ reference }}) vous est confiée. Votre évaluation est attendue avant le "
        "{{ avant }}.\n\n"
        "Vous noterez seul\u00a0: les notes de l’autre personne vous seront montrées quand vous aurez rendu "
        "les vôtres. "
        "Si quelque chose vous lie au candidat, dites-le\u00a0: le dossier sera confié à quelqu’un d’autre."
    ),
    action_label=_("Ouvrir l’évaluation"),
    reason=_JUDGES,
)
QUESTION_ASKED = MailKind(
    key="network.question_asked",
    label=_("Question au candidat"),
    fields={**_HOUSE, "question": "Qui assure l’entretien des postes de soudure\u00a0?", "avant": "2 avril 2026"},
    subject=_("Une question sur votre candidature {{ reference }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} examine la candidature de {{ candidat }} et vous demande\u00a0:\n\n"
        "{{ question }}\n\n"
        "Répondez dans votre dossier, avec une pièce si elle est utile, avant le {{ avant }}."
    ),
    action_label=_("Répondre"),
    reason=_APPLIED,
)
QUESTION_REMINDER = MailKind(
    key="network.question_reminder",
    label=_("Rappel d’une question au candidat"),
    fields=QUESTION_ASKED.fields,
    subject=_("Votre réponse est attendue avant le {{ avant }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} attend votre réponse sur la candidature {{ reference }} avant le {{ avant }}\u00a0:\n\n"
        "{{ question }}"
    ),
    action_label=_("Répondre"),
    reason=_APPLIED,
)
QUESTION_ANSWERED = MailKind(
    key="network.question_answered",
    label=_("Réponse d’un candidat, à qui a posé la question"),
    fields=_HOUSE,
    subject=_("{{ candidat }} a répondu"),
    body=_("Bonjour {{ prenom }},\n\n{{ candidat }} a répondu à votre question sur la candidature {{ reference }}."),
    action_label=_("Lire la réponse"),
    reason=_JUDGES,
)
VISIT_PLANNED = MailKind(
    key="network.visit_planned",
    label=_("Visite fixée, au candidat"),
    fields={**_HOUSE, "jour": "2 avril 2026", "lieu": "27 traverse de la Minoterie, Marseille"},
    subject=_("Une visite le {{ jour }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} viendra vous voir le {{ jour }}, pour la candidature {{ reference }}.\n\n"
        "Lieu\u00a0: {{ lieu }}.\n\n"
        "Si ce jour ne convient pas, dites-le en répondant à votre contact."
    ),
    action_label=_("Voir mon dossier"),
    reason=_APPLIED,
)
VISIT_CANCELLED = MailKind(
    key="network.visit_cancelled",
    label=_("Visite annulée, au candidat"),
    fields={**_HOUSE, "jour": "2 avril 2026", "lieu": "27 traverse de la Minoterie, Marseille"},
    subject=_("La visite du {{ jour }} est annulée"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "La visite prévue le {{ jour }} ({{ lieu }}), pour la candidature {{ reference }}, n’aura pas lieu.\n\n"
        "Votre candidature suit son cours. Si {{ organisme }} souhaite encore venir, un autre jour vous sera proposé."
    ),
    action_label=_("Voir mon dossier"),
    reason=_APPLIED,
)
APPROVED = MailKind(
    key="network.approved",
    label=_("Candidature agréée"),
    fields={
        **_HOUSE,
        "motifs": "Le programme couvre tout le référentiel.",
        "agrements": "Réparer un cycle, jusqu’au 11 mars 2029",
    },
    subject=_("Votre candidature {{ reference }} est agréée"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} agrée la candidature de {{ candidat }}.\n\n"
        "{{ motifs }}\n\n"
        "Ce qui est agréé\u00a0:\n{{ agrements }}\n\n"
        "La suite est une convention, qui vous sera envoyée pour signature. Rien ne commence avant."
    ),
    action_label=_("Voir la décision"),
    reason=_APPLIED,
)
APPROVED_WITH_CONDITIONS = MailKind(
    key="network.approved_with_conditions",
    label=_("Candidature agréée sous conditions"),
    fields={**APPROVED.fields, "conditions": "Équiper le poste de soudure, avant le 1 juin 2026"},
    subject=_("Votre candidature {{ reference }} est agréée sous conditions"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} agrée la candidature de {{ candidat }}, sous conditions.\n\n"
        "{{ motifs }}\n\n"
        "Ce qui est demandé\u00a0:\n{{ conditions }}\n\n"
        "Ce qui est agréé\u00a0:\n{{ agrements }}\n\n"
        "La suite est une convention, qui vous sera envoyée pour signature. Rien ne commence avant."
    ),
    action_label=_("Voir la décision"),
    reason=_APPLIED,
)
DEFERRED = MailKind(
    key="network.deferred",
    label=_("Candidature ajournée"),
    fields={**_HOUSE, "motifs": "Le certificat Qualiopi est attendu.", "date": "1 septembre 2026"},
    subject=_("La décision sur votre candidature {{ reference }} est remise"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} remet au {{ date }} sa décision sur la candidature de {{ candidat }}.\n\n"
        "{{ motifs }}\n\n"
        "Votre dossier sera repris ce jour-là sans que vous ayez à le déposer de nouveau."
    ),
    action_label=_("Voir la décision"),
    reason=_APPLIED,
)
REFUSED = MailKind(
    key="network.refused",
    label=_("Candidature refusée"),
    fields={**_HOUSE, "motifs": "Le programme ne couvre pas le bloc 2.", "recours": "11 avril 2026"},
    subject=_("La décision sur votre candidature {{ reference }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} n’agrée pas la candidature de {{ candidat }}. Voici pourquoi\u00a0:\n\n"
        "{{ motifs }}\n\n"
        "Vous pouvez contester cette décision dans votre dossier jusqu’au {{ recours }} inclus. Votre recours sera "
        "jugé "
        "par des personnes qui n’ont ni évalué ni décidé."
    ),
    action_label=_("Voir la décision"),
    reason=_APPLIED,
)
CONDITION_REMINDER = MailKind(
    key="network.condition_reminder",
    label=_("Rappel d’une condition d’agrément"),
    fields={**_HOUSE, "condition": "Équiper le poste de soudure", "avant": "1 juin 2026"},
    subject=_("Une condition à remplir avant le {{ avant }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "L’agrément de {{ candidat }} par {{ organisme }} demande, avant le {{ avant }}\u00a0:\n\n"
        "{{ condition }}\n\n"
        "Envoyez-nous la preuve dès qu’elle est prête."
    ),
    action_label=_("Voir la décision"),
    reason=_APPLIED,
)
APPEAL_LODGED = MailKind(
    key="network.appeal_lodged",
    label=_("Accusé de réception d’un recours"),
    fields=_HOUSE,
    subject=_("Votre recours est reçu"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} a reçu votre recours contre la décision sur la candidature {{ reference }}. Il sera jugé par "
        "une personne qui n’a ni évalué ni décidé, et vous recevrez sa réponse écrite."
    ),
    action_label=_("Voir mon dossier"),
    reason=_APPLIED,
)
APPEAL_JUDGED = MailKind(
    key="network.appeal_judged",
    label=_("Réponse à un recours"),
    fields={
        **_HOUSE,
        "reponse": "Votre recours est admis\u00a0: votre candidature sera décidée de nouveau.",
        "motifs": "…",
    },
    subject=_("La réponse à votre recours, candidature {{ reference }}"),
    body=_("Bonjour {{ prenom }},\n\n{{ reponse }}\n\n{{ motifs }}"),
    action_label=_("Voir mon dossier"),
    reason=_APPLIED,
)
APPROVAL_ENDING = MailKind(
    key="network.approval_ending",
    label=_("Fin prochaine d’un agrément"),
    fields={
        "prenom": "Claire",
        "partenaire": "Ateliers Mistral Formation",
        "agrement": "Réparer un cycle",
        "jusquau": "11 juin 2026",
        "lien": "https://jurande.exemple.fr/c/…",
    },
    subject=_("Un agrément prend fin le {{ jusquau }}"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "L’agrément «\u00a0{{ agrement }}\u00a0» de {{ partenaire }} prend fin le {{ jusquau }}. "
        "Renouvelez-le, ou dites au partenaire qu’il s’arrêtera."
    ),
    action_label=_("Ouvrir la fiche du partenaire"),
    reason=_("Vous recevez ce message parce que vous suivez ce partenaire."),
)
APPROVAL_WITHDRAWN = MailKind(
    key="network.approval_withdrawn",
    label=_("Retrait d’un agrément, au partenaire"),
    fields={
        "prenom": "Jocelyn",
        "organisme": "Institut des métiers de la réparation",
        "partenaire": "Ateliers Mistral Formation",
        "agrement": "Réparer un cycle",
        "motifs": "La personne a quitté l’organisme.",
    },
    subject=_("Un agrément de {{ partenaire }} est retiré"),
    body=_(
        "Bonjour {{ prenom }},\n\n"
        "{{ organisme }} retire l’agrément «\u00a0{{ agrement }}\u00a0» de {{ partenaire }}.\n\n"
        "{{ motifs }}"
    ),
    reason=_("Vous recevez ce message parce que vous êtes le dirigeant de cet organisme."),
)

KINDS = (
    REVIEW_ASSIGNED,
    QUESTION_ASKED,
    QUESTION_REMINDER,
    QUESTION_ANSWERED,
    VISIT_PLANNED,
    VISIT_CANCELLED,
    APPROVED,
    APPROVED_WITH_CONDITIONS,
    DEFERRED,
    REFUSED,
    CONDITION_REMINDER,
    APPEAL_LODGED,
    APPEAL_JUDGED,
    APPROVAL_ENDING,
    APPROVAL_WITHDRAWN,
)
DECIDED = {
    DecisionVerdict.APPROVED: APPROVED,
    DecisionVerdict.APPROVED_WITH_CONDITIONS: APPROVED_WITH_CONDITIONS,
    DecisionVerdict.DEFERRED: DEFERRED,
    DecisionVerdict.REFUSED: REFUSED,
}


def review_assigned(review: Review) -> Letter:
    """The file that somebody is asked to score."""
    application = review.application
    path = REVIEW_PATH.format(certifier=application.certifier.code, review=review.code)
    return _to(review.reviewer, application, REVIEW_ASSIGNED, path, avant=_day(review.due_on))


def question_asked(question: Question, *, again: bool = False) -> Letter:
    """A question, or its reminder."""
    kind = QUESTION_REMINDER if again else QUESTION_ASKED
    return _to_applicant(question.application, kind, question=question.text, avant=_day(question.answer_by))


def question_answered(question: Question, asker: Person) -> Letter:
    """Tell who asked that there is an answer."""
    application = question.application
    path = DOSSIER_PATH.format(certifier=application.certifier.code, application=application.code)
    return _to(asker, application, QUESTION_ANSWERED, path)


def visit_planned(visit: Visit) -> Letter:
    """The day and the place of a visit."""
    return _to_applicant(visit.application, VISIT_PLANNED, jour=_day(visit.planned_on), lieu=visit.place)


def visit_cancelled(visit: Visit) -> Letter:
    """The day that was told no longer holds."""
    return _to_applicant(visit.application, VISIT_CANCELLED, jour=_day(visit.planned_on), lieu=visit.place)


def decided(decision: Decision, *, approvals: str, conditions: str) -> Letter:
    """The decision with its reasons; what is approved and what is asked, one by line."""
    given = {
        "motifs": decision.reasons,
        "agrements": approvals,
        "conditions": conditions,
        "date": _day(decision.review_again_on),
        "recours": _day(decision.appeal_until),
    }
    kind = DECIDED[DecisionVerdict(decision.verdict)]
    return _to_applicant(decision.application, kind, **{name: given[name] for name in given if name in kind.fields})


def condition_reminder(condition: Condition) -> Letter:
    """A condition that is due soon."""
    application = condition.decision.application
    return _to_applicant(application, CONDITION_REMINDER, condition=condition.text, avant=_day(condition.due_on))


def appeal_lodged(application: Application) -> Letter:
    """The receipt of an appeal."""
    return _to_applicant(application, APPEAL_LODGED)


def appeal_judged(application: Application, *, answer: str, reasons: str) -> Letter:
    """The answer to an appeal, with its reasons."""
    return _to_applicant(application, APPEAL_JUDGED, reponse=answer, motifs=reasons)


def approval_ending(approval: Approval, partnership: Partnership, follower: Person, *, what: str) -> Letter:
    """The end of an approval, to who follows the partner."""
    path = PARTNER_PATH.format(certifier=approval.certifier.code, partnership=partnership.code)
    fields = {"jusquau": _day(approval.valid_until), "lien": settings.PUBLIC_URL + path}
    return _about_approval(APPROVAL_ENDING, approval, partnership, follower, what, fields)


def approval_withdrawn(approval: Approval, partnership: Partnership, head: Person, *, what: str) -> Letter:
    """The end of an approval before its day, to the partner's head."""
    fields = {"organisme": approval.certifier.name, "motifs": approval.withdraw_reason}
    return _about_approval(APPROVAL_WITHDRAWN, approval, partnership, head, what, fields)


def _about_approval(
    kind: MailKind, approval: Approval, partnership: Partnership, to: Person, what: str, fields: Mapping[str, str]
) -> Letter:
    return Letter(
        kind=kind.key,
        to_email=to.email,
        to_code=to.code,
        certifier_code=approval.certifier.code,
        fields={"prenom": to.first_name, "partenaire": partnership.name, "agrement": what, **fields},
        about=("partnership", partnership.code),
        signature=approval.certifier.name,
    )


def _to_applicant(application: Application, kind: MailKind, **fields: str) -> Letter:
    path = APPLICATION_PATH.format(application=application.code)
    return _to(application.applicant, application, kind, path, **fields)


def _to(person: Person, application: Application, kind: MailKind, path: str, **fields: str) -> Letter:
    return Letter(
        kind=kind.key,
        to_email=person.email,
        to_code=person.code,
        certifier_code=application.certifier.code,
        fields={
            "prenom": person.first_name,
            "organisme": application.certifier.name,
            "candidat": application.name,
            "reference": application.reference,
            "lien": settings.PUBLIC_URL + path,
            **fields,
        },
        about=("application", application.code),
        signature=application.certifier.name,
    )


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""
