"""The story of conventions: written, sent, signed, sealed, declined, suspended, ended, each at a stage of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jurande.demo.fiction import BODIES
from jurande.demo.papers import pdf
from jurande.registers.catalogue.queries import certifications as catalogue
from jurande.registers.catalogue.states import ReferentielState
from jurande.registers.conventions.operations import clauses, drafting, procedures, recording, sending, signing
from jurande.registers.conventions.operations.drafting import Mentions, Scope
from jurande.registers.conventions.operations.signing import Hand
from jurande.registers.conventions.queries import clauses as clause_queries
from jurande.registers.conventions.queries import conventions as reading
from jurande.registers.conventions.queries import signing as queries
from jurande.registers.conventions.states import Side
from jurande.registers.correspondence.models import Message
from jurande.registers.parties import queries as parties

if TYPE_CHECKING:
    from jurande.demo.world import World

CERTIFICATION = "RNCP49021"
TABLET = Hand("192.0.2.24", "Mozilla/5.0 (Linux; Android 16; SM-X610) Firefox/145.0")
OFFICE = Hand("198.51.100.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0")
WHOLE = Mentions(
    purpose="both",
    counterpart="terms",
    counterpart_terms="Un droit d’entrée de 800 € dû à la signature, puis 45 € par candidat présenté, facturés chaque "
    "trimestre.",
    subcontracting="forbidden",
    technical_means="Un atelier de douze postes ventilés, un banc de mesure par binôme, un parc d’appareils en panne "
    "renouvelé chaque trimestre.",
    teaching_means="Deux formateurs réparateurs de métier, un livret de progression, les fiches de sécurité à jour.",
    supervision_means="Une responsable pédagogique présente chaque jour, joignable par les apprenants.",
    apprenticeship="none",
    certifier_signer_name="Hélène Rouvière",
    certifier_signer_quality="directrice",
)


def plan(world: World) -> None:
    """Put the story in the world's agenda, from the clauses, written twenty-seven days ago, to yesterday."""
    tale = _Tale(world)
    world.on(27.5, tale.clauses, 8, 40)
    world.on(26.5, partial(tale.signed_before_the_mentions, "Vélo École d’Aquitaine"), 10, 5)
    # In force, and kept: Ateliers Mistral reads it in its own space.
    tale.sealed("Ateliers Mistral Formation", 25, until_days=560)
    tale.sealed("Cap Réparation Nord", 24, until_days=80)
    world.on(6, partial(tale.suspend, "Cap Réparation Nord"), 9, 20)
    tale.sealed("Horizon Technique", 23)
    world.on(17, partial(tale.griefs, "Horizon Technique"), 14, 0)
    world.on(16, partial(tale.opens_letters, "Horizon Technique"), 8, 35)
    world.on(7, partial(tale.observes, "Horizon Technique"), 18, 10)
    tale.sealed("Dynamo Formation", 22)
    world.on(20, partial(tale.griefs, "Dynamo Formation"), 9, 0)
    world.on(19, partial(tale.opens_letters, "Dynamo Formation"), 12, 15)
    world.on(13, partial(tale.observes, "Dynamo Formation"), 11, 45)
    world.on(10, partial(tale.terminates, "Dynamo Formation"), 16, 30)
    world.on(9, partial(tale.sends, "Atelier Bellecombe"), 15, 10)
    world.on(4, partial(tale.declines, "Atelier Bellecombe"), 19, 25)
    world.on(5, partial(tale.sends, "Solidarité Ateliers"), 10, 50)
    world.on(3, partial(tale.reads, "Solidarité Ateliers"), 8, 5)
    world.on(1.5, partial(tale.begins_without_a_mention, "Campus Artois Métiers"), 17, 35)


class _Tale:
    """What each chapter does; a partner is called by the name of its organisation."""

    def __init__(self, world: World) -> None:
        self.world = world

    # --- who, and what is there ---

    def _actor(self, key: str) -> Any:
        return self.world.actor(key, certifier=self.world.houses["imr"])

    def _partnership(self, name: str) -> Any:
        return parties.partners(self._actor("claire")).get(site__siret=_body(name).siret)

    def _head(self, name: str) -> Any:
        partnership = self._partnership(name)
        return self.world.actor(_key(name), partnership=partnership)

    def _convention(self, name: str) -> Any:
        rows = reading.of_partnership(self._actor("claire"), self._partnership(name))
        return reading.convention(self._actor("claire"), rows[0].code)

    def _termination(self, name: str) -> Any:
        return queries.termination_of(self._convention(name))

    # --- clauses and drafts ---

    def clauses(self, at: datetime) -> None:
        """Claire takes the standard clauses up, Hélène publishes them."""
        if clause_queries.in_use(self._actor("claire")) is not None:
            return
        draft = clauses.start_clause_set(
            certifier=self.world.houses["imr"], actor=self._actor("claire"), now=at - timedelta(minutes=30)
        )
        clauses.publish_clause_set(clause_set=draft, actor=self._actor("helene"), now=at)

    def _draft(self, name: str, at: datetime, *, until_days: int = 1095, **said: str) -> Any:
        actor = self._actor("claire")
        draft = drafting.prepare(partnership=self._partnership(name), actor=actor, now=at)
        self._scope(draft, at)
        body, today = _body(name), timezone.localdate(at)
        mentions = replace(
            WHOLE,
            # Nothing runs by itself in the story: signed that day, it begins that day.
            valid_from=today,
            valid_until=timezone.localdate(self.world.now) + timedelta(days=until_days),
            partner_signer_name=" ".join(body.head),
            partner_signer_quality="dirigeant de l’organisme",
            partner_signer_email=body.head_email,
            certifier_signer_email=self.world.people["helene"].email,
            **said,
        )
        draft.refresh_from_db()
        return drafting.set_mentions(
            convention=draft, mentions=mentions, fee_schedule=None, revision=draft.revision, actor=actor, now=at
        )

    def _scope(self, draft: Any, at: datetime) -> None:
        certified = catalogue.certifications(self._actor("claire")).matching(CERTIFICATION).get()
        version = certified.versions.get(state=ReferentielState.PUBLISHED)
        drafting.set_scopes(
            convention=draft, scopes=[Scope(certified, version, "both")], actor=self._actor("claire"), now=at
        )

    def begins_without_a_mention(self, name: str, at: datetime) -> None:
        """A draft whose means of supervision and apprenticeship nobody has written yet: it cannot be sent."""
        self._draft(name, at, supervision_means="", apprenticeship="")

    def sends(self, name: str, at: datetime, *, until_days: int = 1095) -> None:
        """Prepared in the morning, sent an hour later."""
        draft = self._draft(name, at - timedelta(hours=1), until_days=until_days)
        sending.send(convention=draft, revision=draft.revision, actor=self._actor("claire"), now=at)

    def signed_before_the_mentions(self, name: str, at: datetime) -> None:
        """A convention of before October 2025, signed on paper: recorded as it is, to be brought up to date."""
        actor = self._actor("claire")
        draft = recording.prepare_elsewhere(partnership=self._partnership(name), actor=actor, now=at)
        self._scope(draft, at)
        draft.refresh_from_db()
        body = _body(name)
        draft = drafting.set_mentions(
            convention=draft,
            mentions=Mentions(
                purpose="both",
                valid_from=date(2025, 3, 1),
                valid_until=timezone.localdate(self.world.now) + timedelta(days=460),
                partner_signer_name=" ".join(body.head),
                partner_signer_email=body.head_email,
                partner_signer_quality="dirigeant de l’organisme",
            ),
            fee_schedule=None,
            revision=draft.revision,
            actor=actor,
            now=at,
        )
        lines = ["Convention de partenariat", "", IMR_AND.format(body.name), "", "Signée le 24 février 2025."]
        recording.record_elsewhere(
            convention=draft,
            concluded_on=date(2025, 2, 24),
            content=BytesIO(pdf("Convention de partenariat", lines)),
            filename="convention-2025-signee.pdf",
            actor=actor,
            now=at,
        )

    # --- signatures ---

    def sealed(self, name: str, days: int, *, until_days: int = 1095) -> None:
        """Sent in the morning, signed by the partner the same day, by the house in the evening; then the cachet."""
        self.world.on(days, partial(self.sends, name, until_days=until_days), 9, 30)
        self.world.on(days, partial(self.signs, name, Side.PARTNER, TABLET), 14, 5)
        self.world.on(days, partial(self.signs, name, Side.CERTIFIER, OFFICE), 17, 40)

    def reads(self, name: str, at: datetime) -> Any:
        """The partner's signatory opens the text and says that they read it."""
        return self._reads(name, Side.PARTNER, at)

    def _reads(self, name: str, side: Side, at: datetime) -> Any:
        row = queries.standing(self._convention(name), side)
        if row is not None:
            signing.open_text(signatory=row, now=at)
            signing.confirm_reading(signatory=row, text_sha256=row.text.sha256, now=at)
        return row

    def signs(self, name: str, side: Side, hand: Hand, at: datetime) -> None:
        """Read, ask for a code, find it in one's mail, sign."""
        row = self._reads(name, side, at)
        signing.send_code(signatory=row, now=at)
        letter = Message.objects.about("signatory", row.code).of_kind("conventions.signing_code").newest_first()[0]
        code = "".join(re.findall(r"\d", letter.subject)[:6])
        signing.sign(signatory=row, text_sha256=row.text.sha256, code=code, hand=hand, now=at)

    def declines(self, name: str, at: datetime) -> None:
        """The partner refuses, and says why."""
        row = self.reads(name, at)
        signing.decline(
            signatory=row,
            reason="L’article sur les données nous demande de les remettre sous huit jours. Nous ne tiendrons pas ce "
            "délai en période d’examen\u00a0: peut-on écrire quinze jours\u00a0?",
            now=at,
        )

    # --- what follows ---

    def suspend(self, name: str, at: datetime) -> None:
        """A report of fraud: suspended the same day."""
        procedures.suspend(
            convention=self._convention(name),
            reasons="Deux candidats nous ont écrit, le même jour, qu’ils n’avaient pas passé l’épreuve pratique qui "
            "figure au procès-verbal de leur session.\n\n– Le procès-verbal porte deux signatures identiques.\n"
            "– L’atelier était fermé ce jour-là, d’après l’affiche dont ils joignent la photo.",
            effective_on=timezone.localdate(at),
            actor=self._actor("claire"),
            now=at,
        )

    def griefs(self, name: str, at: datetime) -> None:
        """What is held against the partner, with fifteen days to answer."""
        convention = self._convention(name)
        procedures.notify_griefs(
            convention=convention,
            griefs="– Trois sessions sur cinq ont été tenues avec un seul évaluateur, alors que le référentiel en "
            "demande deux.\n– Onze personnes formées depuis janvier n’ont été inscrites à aucune session d’examen "
            "(R. 6113-16-4).",
            delay_days=procedures.shortest_delay(convention.certifier),
            actor=self._actor("claire"),
            now=at,
        )

    def opens_letters(self, name: str, at: datetime) -> None:
        """The head takes note of what arrived."""
        head, convention = self._head(name), self._convention(name)
        for row in queries.letters_of(head, convention):
            letter: Any = queries.letter(head, convention, row.code)
            procedures.open_letter(letter=letter, actor=head, now=at)

    def observes(self, name: str, at: datetime) -> None:
        """The head answers the griefs."""
        procedures.observe(
            termination=self._termination(name),
            observations="Nous reconnaissons le manque d’évaluateur\u00a0: deux sont partis en mars. Deux autres sont "
            "recrutés, leurs qualifications sont jointes à notre dossier.\n\nSur les onze personnes, sept ont demandé "
            "à passer l’examen en septembre. Nous produisons leurs courriers.",
            piece=None,
            actor=self._head(name),
            now=at,
        )

    def terminates(self, name: str, at: datetime) -> None:
        """Hélène, who notified nothing, reads the observations and decides."""
        procedures.terminate(
            termination=self._termination(name),
            decision="Nous avons lu vos observations. Le recrutement de deux évaluateurs est réel, mais il est "
            "postérieur aux trois sessions. Les courriers produits ne portent que deux noms sur les onze. Les griefs "
            "sont établis, et ils se répètent depuis dix-huit mois.",
            learners="Les neuf personnes en cours de formation sont reçues à la session de juin, que nous tenons "
            "nous-mêmes. Vous nous remettez leurs dossiers sous dix jours.",
            effective_on=timezone.localdate(at),
            actor=self._actor("helene"),
            now=at,
        )


IMR_AND = "Entre l’Institut des métiers de la réparation et {}"


def _body(name: str) -> Any:
    return next(body for body in BODIES if body.name == name)


def _key(name: str) -> str:
    body = _body(name)
    return "jocelyn" if body.head == ("Jocelyn", "Paoli") else body.siret
