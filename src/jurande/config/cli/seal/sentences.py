"""What a verification found, in plain French: one sentence for each step and for each reason to refuse or to doubt.

A code without a sentence of its own gets that of its family: the beginning of the code, as far as it is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jurande.core.proof.errors import Undecided, VerificationError
from jurande.core.proof.verification.report import Number, State, Step

PARIS = ZoneInfo("Europe/Paris")
MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)

STEPS = {
    Number.PARSE: "Lecture",
    Number.SAFE_MODE: "Vocabulaire",
    Number.KEY: "Émetteur",
    Number.SIGNATURE: "Signature",
    Number.STATUS: "Statut",
    Number.DATES: "Dates",
    Number.AUTHORITY: "Habilitation",
    Number.LOG: "Registre public",
}

CARRIERS = {"plain": "", "png": " dans une image PNG", "svg": " dans une image SVG", "pdf": " jointe à un PDF"}
FORMS = {"json": "attestation JSON signée", "jwt": "attestation JWT", "sd_jwt": "attestation SD-JWT"}

# --- what was established ------------------------------------------------------------------------

PASSED = {
    "parse.ok": "{form}{carrier}, lue sans ambiguïté",
    "safe_mode.ok": "chaque mot a un sens défini, rien n’est laissé de côté",
    "safe_mode.not_linked": "sans objet pour cette forme",
    "key.ok": "{issuer_shown}",
    "key.compromised": "{issuer_shown} — sa clé a été volée depuis : seul compte ce que le registre montre d’avant",
    "issuer.name_differs": "{issuer_shown} — l’attestation, elle, affiche un autre nom : ne vous y fiez pas",
    "signature.ok": "intacte ({suite})",
    "status.ok": "ni révoquée ni suspendue, d’après la liste du {signed_at}",
    "status.none": "cette attestation n’a pas de statut à consulter",
    "status.message": "la liste du {signed_at} indique : {detail}",
    "status.refresh": "l’émetteur propose une version plus récente de cette attestation",
    "status.unsigned_list": "non révoquée, d’après une liste que personne n’a signée",
    "dates.ok": "valable du {valid_from} au {valid_until}",
    "dates.none": "aucune date de validité",
    "authority.own_name": "l’émetteur délivre en son propre nom",
    "authority.habilitated": "habilité par {certifier_shown}",
    "authority.suspended": "habilité par {certifier_shown}, qui a depuis suspendu cette habilitation",
    "authority.lived_then": "habilité par {certifier_shown} au moment de la signature, et jusqu’au {ceased_at}",
    "authority.source_alone": "délivrée avec {partner}, sans que rien ne montre son habilitation",
    "log.not_asked": "non demandé",
    "log.no_policy": "une preuve est fournie, mais aucun registre de confiance n’est indiqué",
    "log.shown": "inscrite sous le n° {index} de {origin}",
    "log.shown_before_theft": "inscrite sous le n° {index} de {origin}, avant le vol de la clé",
}

# --- why it is refused, or why nobody can tell ---------------------------------------------------

REASONS = {
    # 1
    "carrier": "Le fichier est abîmé ou n’est pas d’une forme connue",
    "carrier.unknown": "Ce fichier n’est ni une attestation, ni une image ou un PDF qui en porterait une",
    "carrier.empty": "Ce fichier ne contient aucune attestation",
    "carrier.duplicate": "Ce fichier contient plusieurs attestations : impossible de savoir laquelle il faut croire",
    "carrier.size": "Ce fichier est trop gros pour une attestation",
    "carrier.costly": "Ce PDF est trop long à lire : il est abîmé, ou fait d’une façon inhabituelle",
    "carrier.compressed": "L’attestation est compressée dans l’image, ce que la norme interdit",
    "carrier.crc": "L’image est abîmée : une somme de contrôle est fausse",
    "carrier.trailing": "Des données suivent la fin de l’image : elle a été modifiée",
    "carrier.truncated": "Le fichier est coupé : téléchargez-le de nouveau",
    "carrier.document_type": "L’image SVG contient des définitions interdites",
    "carrier.attachments": "Ce PDF a trop de pièces jointes",
    "carrier.envelope": "L’enveloppe ne contient pas d’attestation",
    "encoding.json": "Le texte n’est pas du JSON que tous les programmes liraient de la même façon",
    "encoding.json.duplicate_key": "Une même rubrique est écrite deux fois : deux programmes liraient deux choses",
    "encoding.json.depth": "Les données sont imbriquées trop profondément",
    "encoding.json.size": "Ce texte est trop gros pour une attestation",
    "encoding.json.number": "Un nombre est hors limites",
    "credential.type": "Ce document n’est pas une attestation vérifiable",
    "credential.no_subject": "L’attestation ne dit pas à qui elle est délivrée",
    "issuer.missing": "L’attestation ne dit pas qui l’a délivrée",
    "jwt": "Le jeton n’a pas la forme attendue",
    "jwt.alg_none": "Le jeton n’est signé par personne",
    "jwt.alg_unknown": "L’algorithme de signature n’est pas accepté",
    "jwt.crit": "L’en-tête du jeton demande un traitement inconnu",
    "jwt.b64": "L’en-tête du jeton demande un codage interdit",
    "jwt.remote_key": "Le jeton voudrait imposer une clé prise ailleurs",
    "jwt.header_member": "L’en-tête du jeton contient une rubrique interdite",
    "jwt.typ": "Le jeton n’est pas du type attendu",
    "jwt.nested_credential": "Le jeton contient une seconde attestation, qui pourrait être affichée à la place",
    "jwt.proof_inside": "Le jeton contient une seconde preuve, et l’on ne saurait pas laquelle compte",
    "jwt.claim_contradicts": "Le jeton se contredit : deux rubriques ne disent pas la même chose",
    "jwt.claim_missing": "Il manque au jeton une rubrique obligatoire",
    "sd_jwt": "Le jeton SD-JWT n’a pas la forme attendue",
    "sd_jwt.not_signed": "Une information est montrée que l’émetteur n’a pas signée",
    "sd_jwt.duplicate": "Une même information est montrée deux fois",
    "sd_jwt.reserved": "Une information porte un nom réservé, ou un nom déjà pris",
    "sd_jwt.always_shown": "Une information qui doit toujours être montrée est cachée",
    "date": "Une date n’est pas écrite comme il faut",
    "date.impossible": "Une date n’existe pas",
    # 2
    "context": "Le vocabulaire employé n’est pas l’un de ceux que nous acceptons",
    "context.refused": "L’attestation ajoute ou change un vocabulaire : ses mots pourraient changer de sens",
    "context.inline": "L’attestation redéfinit elle-même le sens de ses mots",
    "jsonld": "Une donnée n’a pas de sens défini",
    "jsonld.undefined_term": "Une rubrique n’est définie par aucun vocabulaire : elle ne serait pas signée",
    "jsonld.relative_iri": "Un identifiant est incomplet : il ne désigne rien de sûr",
    "jsonld.unknown_type": "Un type n’est défini par aucun vocabulaire",
    "safe_mode": "Une donnée est écrite d’une façon que les lecteurs ne verraient pas",
    "safe_mode.described_twice": "L’attestation se décrit elle-même à deux endroits : l’un passerait inaperçu",
    "text": "Un texte ne peut pas être signé tel quel",
    "proof.limit_exceeded": "Vérifier ce document demanderait un travail démesuré : il a pu être fait pour cela",
    # 3
    "issuer.unknown": "L’émetteur n’est pas parmi ceux à qui vous faites confiance",
    "key": "La clé qui a signé ne convient pas",
    "key.not_the_issuers": "La clé qui a signé n’est pas une clé de cet émetteur",
    "key.purpose": "La clé qui a signé n’est pas faite pour délivrer des attestations",
    "key.retired": "La clé qui a signé n’était plus en service à cette date",
    "key.not_yet_valid": "La clé qui a signé n’était pas encore en service à cette date",
    "jwt.key_not_named": "Le jeton ne dit pas clairement quelle clé l’a signé",
    # 4
    "signature": "La signature n’est pas bonne",
    "signature.wrong": "La signature ne correspond pas : l’attestation a été modifiée, ou signée par quelqu’un d’autre",
    "signature.malleable": "La signature est écrite d’une façon que tout le monde peut fabriquer",
    "signature.length": "La signature n’a pas la bonne longueur",
    "signature.small_order": "La signature est d’une espèce que tout le monde peut fabriquer",
    "jwt.audience": "Le jeton a été fait pour quelqu’un d’autre que vous",
    "jwt.alg_of_another_key": "L’algorithme annoncé n’est pas celui de la clé de l’émetteur",
    "proof": "La preuve n’a pas la forme attendue",
    "proof.absent": "Rien ne prouve cette attestation : elle n’est pas signée",
    "proof.purpose": "La preuve a été faite pour autre chose que délivrer une attestation",
    "proof.unknown_suite": "L’une des signatures est d’une espèce inconnue",
    "proof.unknown_type": "L’une des signatures est d’une espèce inconnue",
    "proof.created_in_future": "La signature est datée de l’avenir",
    "proof.expired": "La preuve n’est plus valable",
    "proof.domain": "La preuve a été faite pour un autre site que le vôtre",
    "proof.challenge": "La preuve a été faite pour une autre demande que la vôtre",
    "proof.previous_loop": "Les signatures se réfèrent l’une à l’autre en rond",
    "proof.previous_unknown": "Une signature en suit une autre, qui n’est pas là",
    "proof.context": "La preuve change le sens des mots de l’attestation",
    "proof.value": "La signature est mal écrite",
    "sd_jwt.no_binding": "Le porteur n’a pas prouvé que cette attestation est la sienne",
    "sd_jwt.no_holder_key": "L’émetteur n’a désigné aucune clé du porteur",
    "sd_jwt.audience": "La preuve du porteur a été faite pour quelqu’un d’autre",
    "sd_jwt.nonce": "La preuve du porteur a été faite pour une autre demande",
    "sd_jwt.stale": "La preuve du porteur n’est pas de maintenant",
    "sd_jwt.other_disclosures": "La preuve du porteur porte sur d’autres informations",
    # 5
    "status": "Le statut n’a pas la forme attendue",
    "status.revoked": "L’attestation a été révoquée par son émetteur",
    "status.suspended": "L’attestation est suspendue par son émetteur",
    "status.required": "Cet émetteur donne toujours un statut à ses attestations, et celle-ci n’en a pas",
    "status.index": "Le numéro qui désigne le statut est mal écrit",
    "status.index_outside": "Le numéro qui désigne le statut n’est pas dans la liste",
    "status.foreign_address": "La liste de statuts est à une adresse qui n’est pas celle de l’émetteur",
    "status.other_issuer": "La liste de statuts n’est pas signée par l’émetteur",
    "status.other_list": "La liste de statuts fournie n’est pas celle qu’indique l’attestation",
    "status.other_purpose": "La liste de statuts est faite pour autre chose",
    "status.list": "La liste de statuts n’est pas authentique",
    "status.list_short": "La liste de statuts est trop courte",
    "status.list_bomb": "La liste de statuts est démesurée",
    "status.list_damaged": "La liste de statuts est abîmée",
    "status.list_encoding": "La liste de statuts est mal codée",
    "status.list_type": "Ce qui est fourni n’est pas une liste de statuts",
    "status.list_not_yet_valid": "La liste de statuts est datée de l’avenir",
    "status.list_absent": "La liste de statuts n’a pas pu être consultée",
    "status.list_stale": "La liste de statuts fournie est trop ancienne pour être sûr",
    "status.list_expired": "La liste de statuts fournie n’est plus valable",
    "status.list_unsigned": "La liste de statuts n’est signée par personne, et son adresse n’est pas de confiance",
    "status.unknown_kind": "Le statut est d’une espèce inconnue",
    "status.unknown_value": "Le statut a une valeur que seul son émetteur comprend",
    # 6
    "dates.expired": "L’attestation n’est plus valable",
    "dates.not_yet_valid": "L’attestation n’est pas encore valable",
    "dates.inverted": "L’attestation se termine avant de commencer",
    # 7
    "authority": "Rien ne montre que l’émetteur avait le droit de délivrer cette attestation",
    "authority.no_habilitation": "L’émetteur est un partenaire, et aucune habilitation n’accompagne l’attestation",
    "authority.other_certifier": "L’habilitation n’est pas celle du bon certificateur",
    "authority.other_partner": "L’habilitation fournie est celle de quelqu’un d’autre",
    "authority.not_valid_then": "L’émetteur n’était pas habilité quand il a signé",
    "authority.not_in_force_then": "L’habilitation était suspendue ou retirée quand l’attestation a été signée",
    "authority.altered": "L’habilitation fournie n’est pas celle que l’émetteur a signée\u00a0: elle a été modifiée",
    "authority.habilitation_absent": "L’habilitation du partenaire n’a pas pu être consultée",
    "authority.not_allowed": "L’habilitation ne couvre pas ce qui est délivré",
    "authority.habilitation": "L’habilitation fournie n’est pas valable",
    "authority.habilitation.status.revoked": "L’habilitation de l’émetteur lui a été retirée",
    # 8
    "log": "La preuve d’inscription au registre ne prouve rien",
    "log.required": "Vous demandez une inscription au registre public, et aucune preuve n’est fournie",
    "log.not_shown": "Cet émetteur inscrit tout au registre public, et aucune preuve n’est fournie",
    "log.key_compromised": "La clé de l’émetteur a été volée, et rien ne montre que cette attestation date d’avant",
    "log.after_theft": "La clé de l’émetteur a été volée, et cette attestation est inscrite après le vol",
    "log.quorum": "Trop peu de témoins ont vu le registre",
    "log.no_policy": "Aucun registre de confiance n’est indiqué",
}

ADVICE = {
    "issuer.unknown": "Indiquez vos émetteurs avec --trust, après avoir vérifié leur identité par un autre chemin.",
    "status.list_absent": "Recommencez en ligne, ou fournissez la liste avec --status-list.",
    "authority.habilitation_absent": "Recommencez en ligne, ou fournissez l’habilitation avec --habilitation.",
    "status.list_stale": "Recommencez en ligne pour consulter la liste du jour.",
    "status.list_expired": "Recommencez en ligne pour consulter la liste du jour.",
    "log.not_shown": "Demandez au porteur son fichier .tlog-proof, et fournissez-le avec --log-proof.",
}


def reason(error: VerificationError | Undecided) -> str:
    """The sentence of a refusal or of a doubt."""
    return REASONS[family(error.code)]


def family(code: str) -> str:
    """The longest beginning of a code that has a sentence; every code has one."""
    while code not in REASONS:
        code, _, _ = code.rpartition(".")
        if not code:
            return "proof"
    return code


def lowered(sentence: str) -> str:
    """A sentence that goes on after a colon."""
    return sentence[:1].lower() + sentence[1:]


def step_sentence(step: Step) -> str:
    """What one step established."""
    if step.state is State.UNKNOWN and step.code not in PASSED:
        return lowered(REASONS[family(step.code)])
    words = {name: printable(value) for name, value in step.facts.items()}
    for name in ("signed_at", "valid_from", "valid_until", "ceased_at"):
        words[name] = day(step.facts.get(name, ""))
    words["form"] = FORMS.get(step.facts.get("form", ""), "")
    words["carrier"] = CARRIERS.get(step.facts.get("carrier", ""), "")
    words["issuer_shown"] = identity(step.facts)
    words["certifier_shown"] = identity({"issuer": words.get("certifier", ""), "name": words.get("certifier_name", "")})
    words.setdefault("partner", "un autre organisme")
    if step.code == "dates.ok" and "valid_until" not in step.facts:
        return f"valable depuis le {words['valid_from']}, sans fin"
    if step.code == "dates.ok" and "valid_from" not in step.facts:
        return f"valable jusqu’au {words['valid_until']}"
    return PASSED[step.code].format_map(words)


def identity(facts: Mapping[str, str]) -> str:
    """Who the issuer is: the name that the verifier trusts, never alone (a name can be imitated)."""
    proofs = [printable(facts.get(name, "")) for name in ("domain", "registration")]
    shown = ", ".join(proof for proof in proofs if proof) or printable(facts.get("issuer", ""))
    name = printable(facts.get("name", ""))
    return f"{name} ({shown})" if name else shown


def day(instant: str) -> str:
    """A date as people write it: «12 mars 2026», in Paris."""
    if not instant:
        return ""
    local = datetime.fromisoformat(instant).replace(tzinfo=UTC).astimezone(PARIS)
    return f"{'1er' if local.day == 1 else local.day} {MONTHS[local.month - 1]} {local.year}"


def printable(text: str) -> str:
    """Text of a stranger, made safe for a terminal: no control, no invisible or reversing character, no flood."""
    shown = "".join(character if character.isprintable() else "�" for character in text[:300])
    return shown + ("…" if len(text) > 300 else "")
