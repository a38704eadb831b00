"""The journal in French: one sentence for each act, written when it is read. Names are put back here, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import unescape
from typing import Protocol

from django.utils.functional import Promise
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jurande.registers.awards.states.delegation import MandateEndReason
from jurande.registers.catalogue.queries.certifications import names_of_certifications
from jurande.registers.catalogue.states import RetireReason, Source
from jurande.registers.conventions.queries.names import names_of_conventions
from jurande.registers.conventions.states import LetterKind, Receipt, Side
from jurande.registers.network.queries.names import names_of_recruitment
from jurande.registers.network.states.calls import CloseReason
from jurande.registers.network.states.habilitations import HabilitationEndReason, HabilitationSuspendReason
from jurande.registers.network.states.judgments import AppealState, ApprovalSubject, DecisionVerdict, Tie
from jurande.registers.parties.queries import names_of
from jurande.registers.parties.states import DocumentKind, EndReason, Role, Rule, Scope
from jurande.registers.seal.states import Reason
from jurande.web.ui.formats import of_name
from jurande.web.ui.parts import Event


class Told(Protocol):
    """What of an entry of the journal a sentence needs."""

    at: datetime
    actor_code: str
    action: str
    subject_kind: str
    subject_code: str
    reason_code: str


# %(who)s acts, %(what)s is the subject, %(of)s the subject after «de», %(why)s the reason code in words.
SENTENCES: Mapping[str, str | Promise] = {
    "parties.certifier.registered": lazy("%(who)s a créé le certificateur %(what)s."),
    "parties.certifier.updated": lazy("%(who)s a mis à jour l’identité du certificateur."),
    "parties.organisation.updated": lazy("%(who)s a mis à jour l’identité %(of)s."),
    "parties.organisation.qualiopi_recorded": lazy("%(who)s a inscrit le certificat Qualiopi %(of)s."),
    "parties.organisation.site_added": lazy("%(who)s a ajouté un établissement à %(what)s."),
    "parties.organisation.site_updated": lazy("%(who)s a mis à jour un établissement %(of)s."),
    "parties.partnership.opened": lazy("%(who)s a ouvert le partenariat avec %(what)s."),
    "parties.partnership.joined": lazy("%(who)s est venu pour %(what)s : le partenariat est actif."),
    "parties.partnership.followed": lazy("%(who)s a changé la personne qui suit %(what)s."),
    "parties.partnership.ended": lazy("%(who)s a mis fin au partenariat avec %(what)s. Motif : %(why)s."),
    "parties.partnership.document_attached": lazy("%(who)s a déposé une pièce %(of)s : %(why)s."),
    "parties.partnership.document_detached": lazy("%(who)s a retiré une pièce %(of)s : %(why)s."),
    "parties.member.invited": lazy("%(who)s a invité quelqu’un : %(why)s."),
    "parties.invitation.renewed": lazy("%(who)s a renouvelé une invitation : %(why)s."),
    "parties.invitation.revoked": lazy("%(who)s a retiré une invitation : %(why)s."),
    "parties.invitation.accepted": lazy("%(who)s a accepté l’invitation : %(why)s."),
    "parties.membership.changed": lazy("%(who)s a changé le rôle %(of)s : %(why)s."),
    "parties.membership.ended": lazy("%(who)s a mis fin au rôle %(of)s : %(why)s."),
    "parties.rule.relaxed": lazy("%(who)s a assoupli une règle : %(why)s."),
    "parties.rule.restored": lazy("%(who)s a rétabli une règle : %(why)s."),
    "parties.api_key.issued": lazy("%(who)s a créé une clé d’API."),
    "parties.api_key.revoked": lazy("%(who)s a révoqué une clé d’API."),
    "parties.holder.registered": lazy("%(who)s a ouvert l’espace d’un titulaire."),
    "parties.guest.welcomed": lazy("%(who)s a laissé son adresse pour recevoir un lien."),
    "awards.award.collected": lazy("%(who)s a reçu sa réussite dans son espace."),
    "awards.award.contested": lazy("Le titulaire a dit ne pas avoir reçu lui-même\u00a0: son espace lui est rendu."),
    "awards.award.address_mended": lazy("%(who)s a corrigé l’adresse d’un titulaire\u00a0; la lettre est repartie."),
    "parties.space.opened": lazy("%(who)s a ouvert son espace de titulaire."),
    "parties.space.merged": lazy("%(who)s a réuni un autre espace au sien, après preuve des deux adresses."),
    "parties.address.asked": lazy("%(who)s a demandé à ajouter une adresse à son espace."),
    "parties.address.added": lazy("%(who)s a ajouté une adresse à son espace."),
    "parties.address.removed": lazy("%(who)s a retiré une adresse de son espace."),
    "parties.address.chosen": lazy("%(who)s a choisi son adresse principale."),
    "parties.magic_link.sent": lazy("%(who)s a envoyé un lien à usage unique."),
    "parties.magic_link.used": lazy("%(who)s est entré par un lien à usage unique."),
    "parties.person.updated": lazy("%(who)s a mis à jour son compte."),
    "parties.session.revoked": lazy("%(who)s a fermé une de ses sessions."),
    "parties.session.all_revoked": lazy("%(who)s a fermé toutes ses sessions."),
    "parties.second_factor.cleared": lazy(
        "%(who)s a retiré le second facteur de %(what)s, qui en choisira un autre à sa prochaine connexion."
    ),
    "conventions.clauses.started": lazy("%(who)s a commencé une version des clauses de convention."),
    "conventions.clause.written": lazy("%(who)s a écrit une clause de convention."),
    "conventions.clause.removed": lazy("%(who)s a retiré une clause de convention."),
    "conventions.clauses.discarded": lazy("%(who)s a abandonné une version des clauses de convention."),
    "conventions.clauses.published": lazy("%(who)s a publié une version des clauses de convention."),
    "conventions.choices.changed": lazy("%(who)s a changé les choix de la maison sur les conventions."),
    "conventions.convention.prepared": lazy("%(who)s a commencé la convention %(what)s."),
    "conventions.convention.mentions_set": lazy("%(who)s a rempli les mentions de %(what)s."),
    "conventions.convention.scopes_set": lazy("%(who)s a choisi les certifications visées par %(what)s."),
    "conventions.convention.free_clause_written": lazy("%(who)s a écrit une clause particulière de %(what)s."),
    "conventions.convention.free_clause_removed": lazy("%(who)s a rétabli une clause de %(what)s."),
    "conventions.convention.annex_added": lazy("%(who)s a joint une annexe à %(what)s."),
    "conventions.convention.annex_removed": lazy("%(who)s a retiré une annexe de %(what)s."),
    "conventions.convention.sent": lazy("%(who)s a envoyé %(what)s à signer : son texte est figé."),
    "conventions.convention.taken_back": lazy("%(who)s a repris %(what)s : les liens de signature ne servent plus."),
    "conventions.convention.abandoned": lazy("%(who)s a abandonné la convention %(what)s."),
    "conventions.convention.recorded": lazy("%(who)s a enregistré %(what)s, signée ailleurs."),
    "conventions.convention.took_effect": lazy("%(what)s est entrée en vigueur."),
    "conventions.convention.ended": lazy("%(what)s a pris fin."),
    "conventions.signing_choices.set": lazy("%(who)s a réglé la signature des conventions."),
    "conventions.signatory.invited": lazy("%(who)s a invité qui signe %(what)s pour %(why)s."),
    "conventions.signatory.reminded": lazy("%(who)s a relancé qui signe %(what)s pour %(why)s."),
    "conventions.signatory.opened": lazy("Le texte de %(what)s a été ouvert par qui le signe pour %(why)s."),
    "conventions.signatory.read": lazy("Qui signe %(what)s pour %(why)s dit avoir lu le texte en entier."),
    "conventions.signatory.signed": lazy("%(what)s a été signée pour %(why)s."),
    "conventions.signatory.declined": lazy("La signature de %(what)s a été refusée pour %(why)s."),
    "conventions.signatory.replaced": lazy("%(who)s a mis fin à l’invitation à signer %(what)s pour %(why)s."),
    "conventions.convention.sealed": lazy("%(what)s a reçu le cachet : elle est signée des deux parties."),
    "conventions.cachet.changed": lazy("%(who)s a changé le cachet électronique %(of)s."),
    "conventions.outside_signature.read": lazy("Les signatures du PDF de %(what)s ont été lues."),
    "conventions.convention.suspended": lazy("%(who)s a suspendu %(what)s à titre conservatoire."),
    "conventions.convention.suspension_lifted": lazy("%(who)s a levé la suspension de %(what)s."),
    "conventions.termination.griefs_notified": lazy("%(who)s a notifié des griefs au sujet de %(what)s."),
    "conventions.termination.griefs_received": lazy("Les griefs au sujet de %(what)s ont été reçus : %(why)s."),
    "conventions.termination.observed": lazy("%(who)s a présenté ses observations au sujet de %(what)s."),
    "conventions.termination.decided": lazy("%(who)s a décidé la résiliation de %(what)s."),
    "conventions.termination.closed": lazy("%(who)s a classé sans suite la procédure au sujet de %(what)s."),
    "conventions.ending.proposed": lazy("%(who)s a proposé de mettre fin d’un commun accord à %(what)s."),
    "conventions.ending.agreed": lazy("%(who)s a accepté la fin de %(what)s."),
    "conventions.ending.refused": lazy("%(who)s a refusé la fin proposée pour %(what)s."),
    "conventions.ending.not_renewed": lazy("%(who)s a annoncé que %(what)s ne sera pas renouvelée."),
    "conventions.letter.opened": lazy("%(who)s a ouvert une lettre au sujet de %(what)s : %(why)s."),
    "conventions.letter.posted": lazy("%(who)s a enregistré un avis de réception au sujet de %(what)s : %(why)s."),
    "conventions.renewal.asked": lazy("%(who)s a demandé le renouvellement de plusieurs conventions."),
    "awards.lot.prepared": lazy("%(who)s a préparé %(what)s."),
    "awards.lot.diagnosed": lazy("Les lignes %(of)s ont été vérifiées."),
    "awards.row.mended": lazy("%(who)s a corrigé une ligne d’un lot."),
    "awards.row.rejected": lazy("%(who)s a écarté des lignes d’un lot."),
    "awards.lot.approved": lazy("%(who)s a approuvé %(what)s."),
    "awards.lot.returned": lazy("%(who)s a remis %(what)s en préparation."),
    "awards.lot.started": lazy("%(who)s a lancé la délivrance %(of)s."),
    "awards.rows.issued": lazy("Des lignes %(of)s ont été délivrées."),
    "awards.lot.issued": lazy("La délivrance %(of)s est terminée."),
    "awards.lot.abandoned": lazy("%(who)s a abandonné %(what)s."),
    "awards.showcase.changed": lazy("%(who)s a changé la vitrine."),
    "awards.showcase.opened": lazy("%(who)s a ouvert la vitrine au public."),
    "awards.showcase.closed": lazy("%(who)s a fermé la vitrine."),
    "awards.appearance.agreed": lazy("Un titulaire a accepté d’apparaître dans la vitrine."),
    "awards.appearance.ended": lazy("Un titulaire n’apparaît plus dans la vitrine."),
    "awards.award.sent_again": lazy("%(who)s a écrit de nouveau au titulaire."),
    "awards.rule.set": lazy("%(who)s a fixé l’assiduité demandée pour une certification."),
    "awards.rule.removed": lazy("%(who)s ne demande plus d’assiduité pour une certification."),
    "network.fee_schedule.started": lazy("%(who)s a commencé le barème %(what)s."),
    "network.fee_schedule.changed": lazy("%(who)s a changé le barème %(what)s."),
    "network.fee_schedule.frozen": lazy("%(who)s a figé le barème %(what)s."),
    "network.fee_schedule.discarded": lazy("%(who)s a abandonné un barème en préparation."),
    "network.call.started": lazy("%(who)s a commencé l’appel %(what)s."),
    "network.call.changed": lazy("%(who)s a changé l’appel %(what)s, qui était en préparation."),
    "network.call.discarded": lazy("%(who)s a abandonné un appel en préparation."),
    "network.call.published": lazy("%(who)s a publié l’appel %(what)s."),
    "network.call.extended": lazy("%(who)s a prolongé ou précisé l’appel %(what)s."),
    "network.call.closed": lazy("%(who)s a clos l’appel %(what)s : %(why)s."),
    "network.partners.rechecked": lazy("%(who)s a vérifié les partenaires de nouveau : des signalements ont changé."),
    "network.flag.settled": lazy("%(who)s a réglé un signalement %(of)s et dit ce qui a été vu."),
    "network.application.started": lazy("%(who)s a commencé une candidature."),
    "network.application.submitted": lazy("%(who)s a déposé %(what)s."),
    "network.application.withdrawn": lazy("%(who)s a retiré %(what)s."),
    "network.application.discarded": lazy("%(who)s a abandonné une candidature en préparation."),
    "network.application.charter_signed": lazy("%(who)s a enregistré la signature des engagements."),
    "network.application.document_added": lazy("%(who)s a joint une pièce à sa candidature : %(why)s."),
    "network.application.document_withdrawn": lazy("%(who)s a retiré une pièce de sa candidature : %(why)s."),
    "network.review.assigned": lazy("%(who)s a confié %(what)s à un évaluateur."),
    "network.review.submitted": lazy("%(who)s a rendu son évaluation de %(what)s."),
    "network.review.recused": lazy("%(who)s a écarté un évaluateur de %(what)s : %(why)s."),
    "network.application.reviews_reconciled": lazy("%(who)s a accepté la note de rapprochement sur %(what)s."),
    "network.question.asked": lazy("%(who)s a posé une question sur %(what)s."),
    "network.question.answered": lazy("%(who)s a répondu à une question sur %(what)s."),
    "network.question.closed": lazy("%(who)s n’attend plus de réponse à une question sur %(what)s."),
    "network.visit.asked": lazy("%(who)s a demandé une visite pour %(what)s."),
    "network.visit.planned": lazy("%(who)s a fixé le jour d’une visite pour %(what)s."),
    "network.visit.reported": lazy("%(who)s a rendu compte de la visite pour %(what)s."),
    "network.visit.cancelled": lazy("%(who)s a annulé une visite pour %(what)s."),
    "network.application.decided": lazy("%(who)s a décidé de %(what)s : %(why)s."),
    "network.condition.met": lazy("%(who)s a constaté qu’une condition de %(what)s est remplie."),
    "network.application.brought_back": lazy("%(who)s a repris %(what)s, qui était ajournée."),
    "network.appeal.lodged": lazy("%(who)s a déposé un recours sur %(what)s."),
    "network.appeal.judged": lazy("%(who)s a jugé le recours sur %(what)s : %(why)s."),
    "network.approval.granted": lazy("%(who)s a accordé un agrément (%(why)s), %(what)s."),
    "network.approval.refused": lazy("%(who)s a refusé un agrément (%(why)s), %(what)s."),
    "network.approval.withdrawn": lazy("%(who)s a retiré un agrément (%(why)s) de %(what)s."),
    "network.approval.renewed": lazy("%(who)s a renouvelé un agrément (%(why)s) de %(what)s."),
    "network.habilitation.prepared": lazy("%(who)s a préparé l’habilitation %(what)s."),
    "network.habilitation.discarded": lazy("%(who)s a renoncé à une habilitation qui n’était pas ouverte."),
    "network.habilitation.activated": lazy("%(who)s a ouvert l’habilitation %(what)s."),
    "network.habilitation.confirmed": lazy("%(who)s a confirmé l’habilitation %(what)s, qui était probatoire."),
    "network.habilitation.suspended": lazy("%(who)s a suspendu l’habilitation %(what)s (%(why)s)."),
    "network.habilitation.resumed": lazy("%(who)s a levé une suspension de l’habilitation %(what)s."),
    "network.habilitation.ended": lazy("%(who)s a mis fin à l’habilitation %(what)s (%(why)s)."),
    "network.habilitation.document_attached": lazy("%(who)s a joint l’acte de l’habilitation %(what)s."),
    "network.habilitation.condition_met": lazy("%(who)s a noté une condition remplie pour l’habilitation %(what)s."),
    "network.habilitation.condition_lapsed": lazy(
        "%(who)s a noté qu’une condition de l’habilitation %(what)s n’est plus remplie."
    ),
    "network.changes.declared": lazy("%(who)s a déclaré des changements d’habilitation à France compétences."),
    "network.changes.confirmed": lazy("%(who)s a lu au registre national des changements attendus."),
    "network.difference.settled": lazy("%(who)s a réglé un écart avec le registre national."),
    "network.import.started": lazy("%(who)s a lancé la reprise d’un réseau existant."),
    "network.calendar.opened": lazy("%(who)s a ouvert l’adresse de son calendrier d’échéances."),
    "network.calendar.revoked": lazy("%(who)s a révoqué l’adresse de son calendrier d’échéances."),
    "catalogue.claim.made": lazy("%(who)s a rattaché %(what)s, lue au répertoire national."),
    "catalogue.claim.released": lazy("%(who)s a détaché %(what)s."),
    "documents.document.kept": lazy("%(who)s a enregistré un fichier, gardé sous son empreinte."),
    "documents.document.discarded": lazy("%(who)s a jeté un document."),
    "documents.retention.set": lazy("%(who)s a changé la date jusqu’à laquelle un document est gardé."),
    "documents.quota.set": lazy("%(who)s a changé la place accordée aux documents."),
    "correspondence.message.resent": lazy("%(who)s a renvoyé un courrier."),
    "correspondence.wording.changed": lazy("%(who)s a changé la formulation d’un courrier."),
    "correspondence.wording.restored": lazy("%(who)s a rétabli la formulation d’origine d’un courrier."),
    "correspondence.address.suppressed": lazy("Une adresse qui refuse le courrier a été mise de côté."),
    "correspondence.address.allowed_again": lazy("%(who)s a autorisé de nouveau une adresse mise de côté."),
    "correspondence.letters.erased": lazy("%(who)s a effacé les courriers d’une personne."),
    "catalogue.register.imported": lazy("%(who)s a importé un répertoire national : %(why)s."),
    "catalogue.certification.started": lazy("%(who)s a ouvert le dossier %(of)s."),
    "catalogue.certification.retired": lazy("%(who)s a retiré %(what)s : %(why)s."),
    "catalogue.referentiel.started": lazy("%(who)s a commencé une version %(of)s."),
    "catalogue.referentiel.discarded": lazy("%(who)s a abandonné un brouillon %(of)s."),
    "catalogue.referentiel.published": lazy("%(who)s a publié une version %(of)s."),
    "catalogue.referentiel.frame_changed": lazy("%(who)s a réglé le cadre %(of)s."),
    "catalogue.referentiel.elements_changed": lazy("%(who)s a complété la fiche %(of)s."),
    "catalogue.referentiel.aligned": lazy("%(who)s a rattaché %(what)s à une liste publique."),
    "catalogue.referentiel.unaligned": lazy("%(who)s a ôté un rattachement %(of)s."),
    "catalogue.line.added": lazy("%(who)s a ajouté une ligne au référentiel %(of)s."),
    "catalogue.line.reworded": lazy("%(who)s a réécrit une ligne du référentiel %(of)s."),
    "catalogue.line.described": lazy("%(who)s a précisé une ligne du référentiel %(of)s."),
    "catalogue.line.moved": lazy("%(who)s a déplacé une ligne du référentiel %(of)s."),
    "catalogue.line.split": lazy("%(who)s a coupé une ligne du référentiel %(of)s en deux."),
    "catalogue.line.merged": lazy("%(who)s a réuni deux lignes du référentiel %(of)s."),
    "catalogue.line.removed": lazy("%(who)s a retiré une ligne du référentiel %(of)s."),
    "catalogue.line.pasted": lazy("%(who)s a collé une liste dans le référentiel %(of)s."),
    "seal.log.opened": lazy("%(who)s a ouvert le registre public de l’installation."),
    "seal.log.resumed": lazy("%(who)s a repris le scellement sur cette machine."),
    "seal.log.rebuilt": lazy("%(who)s a refait les fichiers publics d’après la base."),
    "seal.witness.added": lazy("%(who)s a ajouté un témoin du registre public."),
    "seal.key.created": lazy("%(who)s a créé la clé de signature du certificateur."),
    "seal.key.rotated": lazy("%(who)s a remplacé la clé de signature du certificateur."),
    "seal.key.compromised": lazy("%(who)s a déclaré volée une clé de signature."),
    "seal.credential.issued": lazy("%(who)s a délivré une attestation."),
    "seal.credential.revoked": lazy("%(who)s a révoqué une attestation : %(why)s."),
    "seal.credential.suspended": lazy("%(who)s a suspendu une attestation : %(why)s."),
    "seal.credential.restored": lazy("%(who)s a rétabli une attestation : %(why)s."),
    "seal.credential.erased": lazy("%(who)s a effacé une attestation ; son engagement reste au registre."),
    "seal.batch.issued": lazy("%(who)s a délivré un lot d’attestations."),
    "seal.document.committed": lazy("%(who)s a engagé un document au registre public."),
    "seal.document.erased": lazy("%(who)s a effacé ce qui reliait un document au registre public."),
    "awards.brand.changed": lazy("%(who)s a changé l’identité visuelle de la maison."),
    "awards.design.started": lazy("%(who)s a commencé un modèle de document."),
    "awards.design.changed": lazy("%(who)s a écrit un modèle de document."),
    "awards.design.discarded": lazy("%(who)s a abandonné un modèle de document."),
    "awards.design.published": lazy("%(who)s a publié un modèle de document."),
    "awards.parchments.asked": lazy("%(who)s a demandé les documents d’un lot."),
    "awards.award.suspended": lazy("%(who)s a suspendu une attestation : %(why)s."),
    "awards.award.restored": lazy("%(who)s a rétabli une attestation : %(why)s."),
    "awards.award.revoked": lazy("%(who)s a révoqué une attestation : %(why)s."),
    "awards.award.replaced": lazy("%(who)s a corrigé et remplacé une attestation : %(why)s."),
    "awards.award.erased": lazy("%(who)s a effacé une réussite ; son engagement reste au registre."),
    "awards.space.closed": lazy("%(who)s a fermé son espace : tout ce qui le concernait est effacé."),
    "awards.space.exported": lazy("%(who)s a emporté tout ce qui le concerne."),
    "awards.retention.set": lazy("%(who)s a choisi une durée de conservation."),
    "awards.retention.purge_asked": lazy("%(who)s a lancé une purge."),
    "awards.retention.purged": lazy("Ce qui avait été gardé assez longtemps a été effacé."),
    "awards.hold.declared": lazy("%(who)s a gelé des attestations pour une procédure."),
    "awards.hold.lifted": lazy("%(who)s a levé un gel."),
    "awards.right.recorded": lazy("%(who)s a noté une demande reçue hors de l’espace : effacer, ou donner une copie."),
    "awards.right.extended": lazy("%(who)s a pris deux mois de plus pour décider une demande reçue hors de l’espace."),
    "awards.right.accepted": lazy("%(who)s a accepté une demande reçue hors de l’espace."),
    "awards.right.refused": lazy("%(who)s a refusé une demande reçue hors de l’espace."),
    "awards.right.copied": lazy("%(who)s a préparé la copie demandée hors de l’espace."),
    "awards.right.answered": lazy(
        "La réponse à une demande reçue hors de l’espace est partie : qui l’a faite est oublié."
    ),
    "awards.award.renewed": lazy("%(who)s a renouvelé une attestation."),
    "awards.bulk.started": lazy("%(who)s a lancé un acte sur plusieurs attestations : %(why)s."),
    "awards.bulk.resumed": lazy("%(who)s a repris un acte sur plusieurs attestations, qui s’était arrêté : %(why)s."),
    "awards.bulk.chunk_decided": lazy("%(who)s a décidé de plusieurs attestations : %(why)s."),
    "awards.reminders.set": lazy("%(who)s a choisi quand rappeler les échéances des attestations."),
    "awards.takeover.started": lazy("%(who)s a lancé une reprise de délivrances."),
    "awards.takeover.chunk_made": lazy("%(who)s a repris des attestations délivrées ailleurs."),
    "awards.mandate.granted": lazy("%(who)s a délégué la délivrance à un partenaire."),
    "awards.mandate.ended": lazy("%(who)s a mis fin à la délivrance par un partenaire : %(why)s."),
    "awards.record.exported": lazy("%(who)s a copié le registre public de la maison."),
    "awards.combination.started": lazy("%(who)s a commencé une combinaison de micro-certifications."),
    "awards.combination.written": lazy("%(who)s a modifié une combinaison de micro-certifications."),
    "awards.combination.discarded": lazy("%(who)s a jeté le brouillon d’une combinaison."),
    "awards.combination.published": lazy("%(who)s a publié une combinaison de micro-certifications."),
    "awards.combination.closed": lazy("%(who)s a clos une combinaison de micro-certifications."),
    "awards.combination.asked": lazy("%(who)s a demandé l’attestation que donne une combinaison."),
    "awards.combination.taken_back": lazy("%(who)s a repris sa demande d’attestation."),
    "awards.combination.prepared": lazy("%(who)s a préparé l’attestation que donne une combinaison."),
    "awards.combination.declined": lazy("%(who)s a décliné une demande d’attestation."),
    "awards.claims.opened": lazy("%(who)s a ouvert une micro-certification aux demandes."),
    "awards.claims.closed": lazy("%(who)s a clos les demandes d’une micro-certification."),
    "awards.claim.submitted": lazy("%(who)s a demandé une micro-certification."),
    "awards.claim.assigned": lazy("%(who)s a confié l’examen d’une demande."),
    "awards.claim.accepted": lazy("%(who)s a accepté une demande de micro-certification."),
    "awards.claim.refused": lazy("%(who)s a refusé une demande de micro-certification."),
    "awards.claim.withdrawn": lazy("%(who)s a retiré sa demande de micro-certification."),
    "awards.correction.asked": lazy("%(who)s a demandé une correction."),
    "awards.correction.withdrawn": lazy("%(who)s a retiré sa demande de correction."),
    "awards.correction.passed_on": lazy("Une demande de correction est passée du partenaire au certificateur."),
    "awards.correction.accepted": lazy("%(who)s a accepté une correction\u00a0: l’attestation est remplacée."),
    "awards.correction.refused": lazy("%(who)s a refusé une correction."),
    "awards.correction.rule_set": lazy("%(who)s a réglé le délai de réponse aux demandes de correction."),
    "awards.endorsement.asked": lazy("%(who)s a demandé un avis de soutien."),
    "awards.endorsement.given": lazy("Un organisme a donné son avis de soutien."),
    "awards.endorsement.declined": lazy("Un organisme a décliné une demande d’avis de soutien."),
    "awards.endorsement.withdrawn": lazy("%(who)s a retiré un avis de soutien."),
    "declarations.dossier.started": lazy("%(who)s a commencé un dossier d’enregistrement."),
    "declarations.dossier.answer_written": lazy("%(who)s a écrit la réponse à un critère d’enregistrement."),
    "declarations.dossier.annex_added": lazy("%(who)s a joint une pièce à un dossier d’enregistrement."),
    "declarations.dossier.annex_removed": lazy("%(who)s a retiré une pièce d’un dossier d’enregistrement."),
    "declarations.dossier.closed": lazy("%(who)s a arrêté un dossier d’enregistrement."),
    "declarations.dossier.discarded": lazy("%(who)s a abandonné un dossier d’enregistrement."),
    "awards.exposure.chosen": lazy("%(who)s a choisi qui peut voir sa réussite."),
    "awards.award.refused": lazy("Le titulaire a refusé une attestation."),
    "awards.award.refusal_taken_back": lazy("%(who)s a repris une attestation d’abord refusée."),
    "awards.share.opened": lazy("%(who)s a créé un lien de partage."),
    "awards.share.changed": lazy("%(who)s a changé ce que montre un lien de partage."),
    "awards.share.withdrawn": lazy("%(who)s a retiré un lien de partage."),
    "awards.sharing_settings.changed": lazy("%(who)s a changé les réglages du partage."),
    "catalogue.choices.changed": lazy("%(who)s a changé les choix du catalogue."),
}

# The reasons that operations give, in words. Codes are unique across these lists (tested).
REASONS: Mapping[str, str | Promise] = {
    str(value): label
    for choices in (
        Role,
        EndReason,
        DocumentKind,
        Rule,
        Scope,
        Source,
        RetireReason,
        Reason,
        CloseReason,
        Tie,
        DecisionVerdict,
        AppealState,
        ApprovalSubject,
        HabilitationSuspendReason,
        HabilitationEndReason,
        MandateEndReason,
        Side,
        Receipt,
        LetterKind,
    )
    for value, label in choices.choices
}

# What stands for a subject whose name is gone or was never one.
NOUNS: Mapping[str, str | Promise] = {
    "partnership": lazy("un partenaire"),
    "certifier": lazy("un certificateur"),
    "organisation": lazy("un organisme"),
    "person": lazy("quelqu’un"),
    "membership": lazy("quelqu’un"),
    "site": lazy("un organisme"),
    "certification": lazy("une certification"),
    "application": lazy("une candidature"),
    "call": lazy("en préparation"),
    "convention": lazy("une convention"),
    "fee_schedule": lazy("en préparation"),
    "approval": lazy("un candidat"),
    "habilitation": lazy("d’un partenaire"),
    "lot": lazy("un lot"),
}

STATUSES: Mapping[str, str] = {
    "awards.award.suspended": "warn",
    "awards.award.revoked": "end",
    "awards.award.replaced": "end",
    "catalogue.referentiel.published": "ok",
    "catalogue.certification.retired": "end",
    "parties.partnership.opened": "ok",
    "parties.partnership.joined": "ok",
    "parties.partnership.ended": "end",
    "parties.rule.relaxed": "warn",
    "network.call.published": "ok",
    "network.call.closed": "end",
    "network.review.recused": "warn",
    "network.application.decided": "ok",
    "network.appeal.lodged": "warn",
    "network.approval.granted": "ok",
    "network.approval.withdrawn": "end",
    "network.habilitation.activated": "ok",
    "network.habilitation.suspended": "warn",
    "network.habilitation.ended": "end",
    "seal.key.compromised": "late",
    "seal.credential.issued": "ok",
    "seal.credential.revoked": "end",
    "conventions.signatory.signed": "ok",
    "conventions.signatory.declined": "warn",
    "conventions.convention.sealed": "ok",
    "conventions.convention.suspended": "late",
    "conventions.termination.griefs_notified": "warn",
    "conventions.termination.decided": "end",
    "correspondence.address.suppressed": "warn",
}


def sentence(entry: Told, names: Mapping[str, str]) -> SafeString:
    """Say in French what an entry tells; ``names`` gives the display name of each code that still has one."""
    template = SENTENCES.get(entry.action)
    if template is None:
        # A journal may hold acts of a later version: it is read all the same, and says so.
        template = lazy("%(who)s : acte inconnu de cette version.")
    if entry.actor_code:
        who = format_html("<b>{}</b>", names.get(entry.actor_code) or _("Un compte effacé"))
    else:
        who = format_html("{}", _("Le système"))
    what = _own_name(entry) or names.get(entry.subject_code) or NOUNS.get(entry.subject_kind, "")
    why = REASONS.get(entry.reason_code, "")
    text = str(template)
    for name in ("who", "what", "of", "why"):
        text = text.replace(f"%({name})s", f"{{{name}}}")
    return format_html(text, who=who, what=str(what), of=of_name(str(what)), why=_lowered(str(why)))


def _own_name(entry: Told) -> str:
    """What a subject is called where its code is its name: the number of a fiche of the national registers."""
    return entry.subject_code if entry.subject_kind == "fiche" else ""


def _lowered(text: str) -> str:
    """Lower the first letter of a label set in a sentence, unless it opens an acronym."""
    return text[:1].lower() + text[1:] if text[1:2].islower() and not text.startswith("Qualiopi") else text


def plain(entry: Told, names: Mapping[str, str]) -> str:
    """Say the same without mark-up, for a sheet."""
    return unescape(strip_tags(sentence(entry, names)))


def names_in(entries: Sequence[Told]) -> dict[str, str]:
    """Give the display name of every actor and subject of these entries that still has one."""
    names = names_of({code for entry in entries for code in (entry.actor_code, entry.subject_code)})
    certified = {entry.subject_code for entry in entries if entry.subject_kind == "certification"}
    names |= names_of_certifications(certified) if certified else {}
    names |= names_of_recruitment((entry.subject_kind, entry.subject_code) for entry in entries)
    agreed = {entry.subject_code for entry in entries if entry.subject_kind == "convention"}
    return names | names_of_conventions(agreed) if agreed else names


def told(entries: Iterable[Told], names: Mapping[str, str] | None = None) -> list[Event]:
    """Turn entries into the lines of a time line, in the order given; names are looked up once, unless given."""
    entries = list(entries)
    known = names_in(entries) if names is None else names
    return [
        Event(e.at, sentence(e, known), STATUSES.get(e.action, "dot"), who=known.get(e.actor_code, "")) for e in entries
    ]
