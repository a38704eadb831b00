# SPDX-License-Identifier: Apache-2.0
"""The clauses that a house starts from: seven for the seven mentions, then those that the trade needs.

Sources: C. trav. R. 6113-16-2 to R. 6113-16-6, R. 6113-14-1, R. 6113-15, L. 6323-8-1, L. 6323-9-2; GDPR art. 26 and 28.
"""

from __future__ import annotations

from dataclasses import dataclass

STANDARD_TITLE = "Convention d’habilitation"


@dataclass(frozen=True)
class StandardClause:
    """One article. ``mention``: 1 to 7, 0 for none; ``only_for``: «former» or «organiser», empty for everybody."""

    key: str
    title: str
    body: str
    mention: int = 0
    duty: str = ""
    is_required: bool = False
    only_for: str = ""


def _text(typed: str) -> str:
    """Undo the line breaks of this file: one line for each paragraph or item, an empty line between paragraphs."""
    paragraphs = []
    for part in typed.strip().split("\n\n"):
        lines: list[str] = []
        for line in part.split("\n"):
            if line.strip().startswith("– ") or not lines:
                lines.append(line.strip())
            else:
                lines[-1] += f" {line.strip()}"
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)


STANDARD_CLAUSES: tuple[StandardClause, ...] = (
    StandardClause(
        "objet",
        "Objet de l’habilitation",
        _text("""
Le certificateur habilite le partenaire à {objet}. Le partenaire accepte cette habilitation et les devoirs qui vont
avec.

L’habilitation vaut pour l’établissement nommé en tête de cette convention (SIRET {partenaire_siret}), et pour lui
seul. Elle n’est pas exclusive et ne se cède pas.

Le certificateur délivre seul la certification. Ni le partenaire, ni ceux qui travaillent pour lui, ne peuvent promettre
qu’elle sera obtenue.
"""),
        mention=1,
        duty="C. trav. R. 6113-16-2, 1°",
        is_required=True,
    ),
    StandardClause(
        "perimetre",
        "Certifications et blocs visés",
        _text("""
Les certifications, les versions de référentiel et les blocs visés sont ceux du tableau ci-dessous. Rien d’autre n’est
habilité. En ajouter un demande un avenant.

Quand un référentiel change de version, le certificateur prévient le partenaire et lui remet le nouveau texte avant sa
date d’effet. Les parcours déjà commencés vont à leur terme selon l’ancienne version, sauf si la loi l’interdit.
"""),
        mention=2,
        duty="C. trav. R. 6113-16-2, 2°",
        is_required=True,
    ),
    StandardClause(
        "duree",
        "Période de validité",
        _text("""
La convention prend effet le {debut} et finit le {fin}, ce dernier jour compris. Elle ne se renouvelle pas d’elle-même.

Six mois avant la fin, chaque partie dit à l’autre si elle souhaite continuer. Le silence ne vaut pas accord.
"""),
        mention=3,
        duty="C. trav. R. 6113-16-2, 3°",
        is_required=True,
    ),
    StandardClause(
        "contrepartie",
        "Contrepartie",
        _text("""
{contrepartie}

Toute somme due est facturée. Elle se paie dans les trente jours de la facture. Qui conteste une facture le dit par
écrit, avec ses raisons, avant l’échéance, et paie la part qu’il ne conteste pas.
"""),
        mention=4,
        duty="C. trav. R. 6113-16-2, 4°",
        is_required=True,
    ),
    StandardClause(
        "sous-traitance",
        "Sous-traitance",
        _text("""
{sous_traitance}

Le partenaire répond envers le certificateur de ceux qui agissent pour lui, comme de lui-même.
"""),
        mention=5,
        duty="C. trav. R. 6113-16-2, 5°\u00a0; L. 6323-9-2",
        is_required=True,
    ),
    StandardClause(
        "moyens",
        "Moyens mis en œuvre",
        _text("""
Pendant toute la durée de la convention, le partenaire met en œuvre les moyens suivants.

Moyens techniques\u00a0: {moyens_techniques}

Moyens pédagogiques\u00a0: {moyens_pedagogiques}

Moyens d’encadrement\u00a0: {moyens_encadrement}

Il prévient le certificateur dans les quinze jours quand l’un d’eux change ou disparaît, et dit ce qu’il fait en
attendant. Une personne dont l’intervention demande l’agrément du certificateur n’intervient pas sans lui.
"""),
        mention=6,
        duty="C. trav. R. 6113-16-2, 6°",
        is_required=True,
    ),
    StandardClause(
        "apprentissage",
        "Apprentissage",
        "{apprentissage}",
        mention=7,
        duty="C. trav. R. 6113-16-2, 7°",
        is_required=True,
    ),
    StandardClause(
        "devoirs-formation",
        "Devoirs de qui prépare à la certification",
        _text("""
Le partenaire\u00a0:

– reprend l’intitulé exact de la certification et de ses blocs dans ses demandes de référencement, dans les documents
remis aux financeurs et dans tout document public, sur tout support (1°)\u00a0;
– forme à toutes les connaissances et compétences du référentiel, y compris transversales (2°)\u00a0;
– respecte les durées minimales de formation, et les durées minimales et maximales de stage (3°)\u00a0;
– respecte la part de formation qui doit se faire en présence (4°)\u00a0;
– ne dépasse pas le nombre d’apprenants par formateur (5°).

Les chiffres sont ceux du référentiel joint. Quand le référentiel n’en fixe pas, le partenaire choisit ce qui permet
d’acquérir toutes les compétences.
"""),
        duty="C. trav. R. 6113-16-3",
        is_required=True,
        only_for="former",
    ),
    StandardClause(
        "devoirs-evaluation",
        "Devoirs de qui évalue les candidats",
        _text("""
Le partenaire\u00a0:

– organise ses sessions d’évaluation comme le demande le référentiel d’évaluation, rien de plus, rien de moins
(1°)\u00a0;
– s’il prépare aussi à la certification, inscrit à une session qu’il organise les personnes qu’il a formées (2°).

Quand une personne formée ne se présente pas, il note pourquoi et le dit au certificateur.
"""),
        duty="C. trav. R. 6113-16-4",
        is_required=True,
        only_for="organiser",
    ),
    StandardClause(
        "sessions",
        "Déroulement des sessions d’évaluation",
        _text("""
Le partenaire annonce chaque session au certificateur trente jours avant\u00a0: lieu, date, candidats attendus,
jury proposé. Le certificateur peut y envoyer un observateur.

Le jury respecte les règles du référentiel. Qui a formé un candidat, ou lui est lié, ne le juge pas.

Les sujets restent secrets jusqu’à l’épreuve. L’identité de chaque candidat est vérifiée. Les aménagements dus à un
candidat handicapé lui sont accordés. Tout incident est écrit au procès-verbal, et dit au certificateur le jour même
s’il touche à l’équité de l’épreuve.

Le procès-verbal, les grilles et les copies sont remis au certificateur dans les dix jours. Le candidat peut contester
un résultat auprès du certificateur, qui lui répond par écrit.
"""),
        only_for="organiser",
    ),
    StandardClause(
        "communication",
        "Communication",
        _text("""
Le partenaire se présente comme habilité pour ce qui est visé ici, et pour rien de plus. Il cite l’intitulé exact, le
numéro d’enregistrement quand il y en a un, et le nom du certificateur. Il emploie le nom et le logo du certificateur
selon la charte jointe, s’il y en a une.

Il ne laisse entendre ni que la réussite est acquise, ni que la certification donne ce qu’elle ne donne pas. Il ne
démarche personne au titre du compte personnel de formation (C. trav. L. 6323-8-1).

Le certificateur veille à ce que le public lise des informations exactes (C. trav. R. 6113-14-1). Ce qu’il signale comme
inexact est corrigé dans les cinq jours ouvrés.
"""),
        duty="C. trav. R. 6113-14-1\u00a0; L. 6323-8-1",
    ),
    StandardClause(
        "qualite",
        "Qualité",
        _text("""
Le partenaire tient à jour sa déclaration d’activité et, s’il y est soumis, sa certification Qualiopi. Il prévient sans
attendre quand l’une est suspendue, refusée ou retirée.

Il applique les procédures que le certificateur lui a remises et recueille l’avis des personnes formées ou évaluées.
Il répond à toute réclamation, en tient la liste, et transmet au certificateur dans les cinq jours ouvrés celles qui
touchent à la certification.

Le certificateur l’aide\u00a0: il répond à ses questions, lui explique les changements et lui dit ce que ses
contrôles lui apprennent d’utile.
"""),
    ),
    StandardClause(
        "controle",
        "Contrôle et accès",
        _text("""
Le certificateur peut contrôler le respect de cette convention, sur pièces à tout moment et sur place pendant les heures
d’activité. Le partenaire donne accès aux lieux, aux documents et aux personnes nécessaires, et à eux seulement.

Une visite est annoncée {jours_preavis} jours avant, avec son objet. Elle peut ne pas l’être pendant une session
d’évaluation, ou quand un fait précis et grave l’exige\u00a0: le certificateur écrit alors lequel.

Le rapport est remis au partenaire, qui a quinze jours pour y répondre. Sa réponse est jointe au rapport. Aucune
conclusion n’est tirée d’un fait sur lequel il n’a pas pu s’expliquer.

Le partenaire remet aussi ce que France compétences, la Caisse des dépôts ou les services de l’État sont en droit de
demander (C. trav. R. 6113-16-8).
"""),
        duty="C. trav. R. 6113-16-8",
    ),
    StandardClause(
        "donnees-a-rendre",
        "Informations à transmettre",
        _text("""
Le partenaire transmet au certificateur\u00a0:

– les personnes inscrites, au plus tard au début du parcours ou de la session\u00a0;
– les présences et les absences, dans les cinq jours qui suivent\u00a0;
– les éléments d’identité que la loi demande pour déclarer les titulaires, avec les résultats\u00a0;
– ce qu’il sait du devenir des titulaires, six mois puis deux ans après (C. trav. R. 6113-15).

Il dit vrai et corrige ses erreurs dès qu’il les voit. Le certificateur ne demande que ce dont il a besoin et n’emploie
ces informations que pour la certification.
"""),
        duty="C. trav. R. 6113-15",
    ),
    StandardClause(
        "donnees-personnelles",
        "Données personnelles",
        _text("""
Chaque partie répond de ses propres traitements\u00a0: le partenaire pour la formation, le certificateur pour la
délivrance de la certification et le registre de ses titulaires. Pour l’organisation des évaluations, elles fixent
ensemble les buts et les moyens et sont responsables conjoints (RGPD, article 26)\u00a0: le partenaire informe les
candidats et recueille leurs demandes, le certificateur y répond avec lui.

Quand l’une traite des données pour le compte de l’autre, elle agit sur ses instructions écrites, garde le secret,
protège les données, ne fait appel à personne d’autre sans accord écrit, aide à répondre aux personnes, et rend ou
efface tout à la fin (RGPD, article 28).

Une violation de données est signalée à l’autre partie dans les vingt-quatre heures. Les personnes peuvent s’adresser à
l’une ou à l’autre.
"""),
        duty="RGPD, articles 26 et 28",
    ),
    StandardClause(
        "responsabilite",
        "Responsabilité",
        _text("""
Chaque partie répond de ses fautes et des dommages qu’elles causent à l’autre. Le partenaire est assuré pour son
activité et en donne la preuve chaque année.

Nul n’est tenu de ce qu’un événement imprévisible et plus fort que lui rend impossible, s’il prévient l’autre sans
attendre et fait ce qu’il peut pour les candidats.
"""),
    ),
    StandardClause(
        "suspension-resiliation",
        "Suspension et résiliation",
        _text("""
Le certificateur peut suspendre la convention sans attendre, à titre conservatoire, quand un fait grave met en cause les
candidats ou la valeur de la certification. Il écrit ses raisons. La suspension prend fin dès que sa cause disparaît.

Il ne résilie qu’après avoir fait connaître ses griefs au partenaire et lui avoir laissé {jours_observations} jours au
moins, à compter de leur réception, pour présenter ses observations, par écrit ou de vive voix. Sa décision répond à
ces observations et dit ses raisons, sa date d’effet et comment la contester.

Le partenaire peut mettre fin à la convention à tout moment, par écrit, en prévenant trois mois avant. Les parties
peuvent aussi y mettre fin d’un commun accord.

Toute suspension ou fin est déclarée à France compétences dans les deux mois.
"""),
        duty="C. trav. R. 6113-16-6\u00a0; R. 6113-16-5",
        is_required=True,
    ),
    StandardClause(
        "fin-apprenants",
        "Fin de la convention et personnes en cours de parcours",
        _text("""
Aucune personne en cours de parcours ne doit perdre ses chances. À la fin de la convention, quelle qu’en soit la cause,
le partenaire remet au certificateur la liste de ces personnes et ce qu’elles ont déjà validé. Celles qui peuvent finir
dans les trois mois finissent avec lui, sauf si la gravité des faits s’y oppose. Le certificateur propose aux autres un
autre partenaire ou une session qu’il organise.

Le partenaire cesse de se dire habilité le dernier jour. Il rend les sujets et les documents du certificateur dans les
trente jours, et garde ses preuves aussi longtemps que la loi le demande. Ce qui doit durer, comme le secret et la
protection des données, dure.
"""),
    ),
    StandardClause(
        "modifications",
        "Modifications et notifications",
        _text("""
Un changement de cette convention s’écrit dans un avenant signé des deux parties. Tolérer un écart n’est pas y renoncer.

Les parties s’écrivent aux adresses électroniques de leurs signataires ou dans l’espace que le certificateur met à la
disposition du partenaire. Ce qui ouvre un délai est remis contre une preuve de réception datée. Chacune prévient
l’autre quand son adresse, son dirigeant ou son signataire change.
"""),
    ),
    StandardClause(
        "droit-mediation",
        "Droit applicable et médiation",
        _text("""
Cette convention suit le droit français. En cas de désaccord, les parties se parlent d’abord\u00a0; si cela ne
suffit pas, elles tentent une médiation pendant deux mois, à frais partagés, avant de saisir le juge. Cela
n’empêche ni une mesure urgente, ni la suspension à titre conservatoire.

Les annexes font partie de la convention. Si elles contredisent les articles, ce sont les articles qui valent.
"""),
    ),
)
