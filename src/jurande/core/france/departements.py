# SPDX-License-Identifier: Apache-2.0
"""Départements and overseas collectivities: codes, names, and which one a postcode is in.

Source: INSEE, code officiel géographique, 1 January 2026 (101 départements); postal practice for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_METROPOLE = (
    "01 Ain;02 Aisne;03 Allier;04 Alpes-de-Haute-Provence;05 Hautes-Alpes;06 Alpes-Maritimes;07 Ardèche;08 Ardennes;"
    "09 Ariège;10 Aube;11 Aude;12 Aveyron;13 Bouches-du-Rhône;14 Calvados;15 Cantal;16 Charente;17 Charente-Maritime;"
    "18 Cher;19 Corrèze;2A Corse-du-Sud;2B Haute-Corse;21 Côte-d’Or;22 Côtes-d’Armor;23 Creuse;24 Dordogne;25 Doubs;"
    "26 Drôme;27 Eure;28 Eure-et-Loir;29 Finistère;30 Gard;31 Haute-Garonne;32 Gers;33 Gironde;34 Hérault;"
    "35 Ille-et-Vilaine;36 Indre;37 Indre-et-Loire;38 Isère;39 Jura;40 Landes;41 Loir-et-Cher;42 Loire;43 Haute-Loire;"
    "44 Loire-Atlantique;45 Loiret;46 Lot;47 Lot-et-Garonne;48 Lozère;49 Maine-et-Loire;50 Manche;51 Marne;"
    "52 Haute-Marne;53 Mayenne;54 Meurthe-et-Moselle;55 Meuse;56 Morbihan;57 Moselle;58 Nièvre;59 Nord;60 Oise;61 Orne;"
    "62 Pas-de-Calais;63 Puy-de-Dôme;64 Pyrénées-Atlantiques;65 Hautes-Pyrénées;66 Pyrénées-Orientales;67 Bas-Rhin;"
    "68 Haut-Rhin;69 Rhône;70 Haute-Saône;71 Saône-et-Loire;72 Sarthe;73 Savoie;74 Haute-Savoie;75 Paris;"
    "76 Seine-Maritime;77 Seine-et-Marne;78 Yvelines;79 Deux-Sèvres;80 Somme;81 Tarn;82 Tarn-et-Garonne;83 Var;"
    "84 Vaucluse;85 Vendée;86 Vienne;87 Haute-Vienne;88 Vosges;89 Yonne;90 Territoire de Belfort;91 Essonne;"
    "92 Hauts-de-Seine;93 Seine-Saint-Denis;94 Val-de-Marne;95 Val-d’Oise"
)
_OUTRE_MER = (
    "971 Guadeloupe;972 Martinique;973 Guyane;974 La Réunion;975 Saint-Pierre-et-Miquelon;976 Mayotte;"
    "977 Saint-Barthélemy;978 Saint-Martin;986 Wallis-et-Futuna;987 Polynésie française;988 Nouvelle-Calédonie"
)


def _names(text: str) -> dict[str, str]:
    return {code: name for code, _space, name in (entry.partition(" ") for entry in text.split(";"))}


# Code → name, in the usual order: 2A and 2B stand where 20 was.
DEPARTEMENTS: Mapping[str, str] = MappingProxyType(_names(_METROPOLE) | _names(_OUTRE_MER))

# The postal numbering is older than these two collectivities: they kept the Guadeloupe's.
_SPLIT_FROM_GUADELOUPE = {"97133": "977", "97150": "978"}


def departement_of_postcode(postcode: str) -> str | None:
    """Return the code of the département (``2A``, ``974``, ``13``) that five digits are in; None if there is none.

    Some thirty communes are served from the next département's post office: theirs comes out as the neighbour's.
    """
    if postcode in _SPLIT_FROM_GUADELOUPE:
        return _SPLIT_FROM_GUADELOUPE[postcode]
    if postcode[:2] in ("97", "98"):
        code = postcode[:3]
    elif postcode[:2] == "20":
        # Ajaccio sorts 200 and 201, Bastia 202 and 206.
        code = {"200": "2A", "201": "2A", "202": "2B", "206": "2B"}.get(postcode[:3], "")
    else:
        code = postcode[:2]
    return code if code in DEPARTEMENTS else None


def departement_label(code: str) -> str:
    """Return what people read: «Gironde (33)»; the code alone when it is unknown."""
    name = DEPARTEMENTS.get(code)
    return f"{name} ({code})" if name else code
