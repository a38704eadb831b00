"""The invented network: forty-one bodies across France and overseas. Dates are days before or after today."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from jurande.registers.parties.states import DocumentKind


@dataclass(frozen=True)
class Body:
    """A partner of the fiction; ``qualiopi_days``: when its certificate ends, in days from today (None: unknown)."""

    name: str
    stem: int
    address: str
    postcode: str
    city: str
    since_days: int
    qualiopi_days: int | None
    head: tuple[str, str]
    follower: str = "claire"
    nda: bool = True
    establishment: int = 1

    @property
    def slug(self) -> str:
        """The name as a file or an address spells it."""
        plain = unicodedata.normalize("NFD", self.name.lower()).encode("ascii", "ignore").decode()
        return re.sub(r"[^a-z]+", "-", plain).strip("-")[:30].strip("-")

    @property
    def head_email(self) -> str:
        """Where its head is written to: Jocelyn Paoli's is a persona's, the others are made of the name."""
        if self.head == ("Jocelyn", "Paoli"):
            return "jocelyn.paoli@mistral.exemple.fr"
        return f"direction@{self.slug}.exemple.fr"

    @property
    def nda_number(self) -> str:
        """A declaration of activity in its département (2A is written 20 there); empty when it has none yet."""
        departement = self.postcode[:2]
        return f"93{departement}{self.stem:05d}13" if self.nda else ""

    @property
    def siren(self) -> str:
        """A SIREN in the 999 range, which names nobody, with its check digit."""
        return with_check_digit(f"999{self.stem:05d}")

    @property
    def siret(self) -> str:
        return with_check_digit(f"{self.siren}{self.establishment:04d}")


def with_check_digit(digits: str) -> str:
    """Append the Luhn digit that makes ``digits`` a valid SIREN or SIRET."""
    doubled = [int(digit) * (2 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits))]
    return digits + str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)


BODIES: tuple[Body, ...] = (
    Body("Ateliers Mistral Formation", 41287, "27 traverse de la Minoterie", "13015", "Marseille", 346, 481,
         ("Jocelyn", "Paoli"), establishment=2),
    Body("Atelier des Deux-Rives", 30561, "6 quai des Bateliers", "67000", "Strasbourg", 998, 480, ("Odile", "Kuntz"),
         "mehdi"),
    Body("Cap Réparation Nord", 10237, "112 rue de Douai", "59000", "Lille", 712, 210, ("Bastien", "Wattel")),
    Body("Dynamo Formation", 22846, "3 place de la Canourgue", "34000", "Montpellier", 421, 95, ("Aude", "Sabatier"),
         "thomas"),
    Body("Horizon Technique", 31905, "18 rue Blatin", "63000", "Clermont-Ferrand", 530, 26, ("Gilles", "Tournadre"),
         "mehdi"),
    Body("Solidarité Ateliers", 12764, "41 avenue Jean-Jaurès", "93000", "Bobigny", 655, 340, ("Fatou", "Camara"),
         "mehdi"),
    Body("Atelier Bellecombe", 47320, "9 rue Très-Cloîtres", "38000", "Grenoble", 804, 402, ("Lise", "Armand")),
    Body("Campus Artois Métiers", 50118, "2 rue de la Gare", "62000", "Arras", 611, 297, ("Hugues", "Delattre")),
    Body("L’Établi toulousain", 18402, "55 avenue de Muret", "31300", "Toulouse", 590, 188, ("Maïté", "Larroque"),
         "thomas"),
    Body("La Maison du Geste", 64077, "30 rue de la Part-Dieu", "69003", "Lyon", 1204, 533, ("Étienne", "Chavanne")),
    Body("Pôle Formation Littoral", 29610, "7 quai Duquesne", "76200", "Dieppe", 488, -12, ("Régine", "Levasseur"),
         "mehdi"),
    Body("Réseau Rebond", 73351, "14 rue de Saint-Malo", "35000", "Rennes", 377, 250, ("Gwenaël", "Tanguy")),
    Body("Ressort et Compagnie", 36649, "21 boulevard Foch", "49100", "Angers", 402, 47,
         ("Paul", "Chesneau"), "thomas"),
    Body("Sillage Formation", 84120, "5 rue de Siam", "29200", "Brest", 350, 365, ("Nolwenn", "Kerjean"), "thomas"),
    Body("Vélo École d’Aquitaine", 57203, "88 cours Balguerie", "33300", "Bordeaux", 690, 410, ("Xabi", "Etcheverry"),
         "thomas"),
    Body("Atelier du Port", 15938, "4 quai de la Fosse", "44000", "Nantes", 333, 155,
         ("Camille", "Hervouet"), "thomas"),
    Body("Centre Gergovie", 68811, "60 avenue de la République", "63100", "Clermont-Ferrand", 287, 620,
         ("Denis", "Faure"), "mehdi"),
    Body("Formation Filière Centre", 40092, "11 rue de Bourgogne", "45000", "Orléans", 745, 73, ("Sylvain", "Rocher"),
         "mehdi"),
    Body("La Roue libre", 26674, "19 rue du Faubourg-de-Pierre", "67000", "Strasbourg", 512, 301, ("Elsa", "Wolff")),
    Body("Atelier franc-comtois", 71549, "3 rue Battant", "25000", "Besançon", 264, 199, ("Yves", "Grosjean"), "mehdi"),
    Body("La Fabrique lorraine", 33086, "25 rue Saint-Dizier", "54000", "Nancy", 930, 444,
         ("Nadia", "Schmitt"), "mehdi"),
    Body("Océan Réparation", 90417, "12 rue Juliette-Dodu", "97400", "Saint-Denis", 476, 388, ("Jean-Yves", "Hoarau")),
    Body("Formélec Reims", 44725, "8 rue de Vesle", "51100", "Reims", 840, -64, ("Carole", "Petitjean")),
    Body("Atelier roannais", 58960, "16 rue Jean-Jaurès", "42300", "Roanne", 38, 512, ("Luc", "Pralong"), nda=False),
    Body("La Bonne Fabrique", 23178, "2 rue du Moulin", "44100", "Nantes", 21, 275, ("Yann", "Le Goff"), nda=False),
    Body("Électro Pyrénées", 61243, "34 rue Carnot", "65000", "Tarbes", 455, 131, ("Amaia", "Barrère"), "thomas"),
    Body("Recycl’Atelier du Gard", 79002, "1 rue Nationale", "30000", "Nîmes", 518, 320, ("Sabrina", "Fabre")),
    Body("Compagnie des réparateurs normands", 37716, "15 rue Saint-Pierre", "14000", "Caen", 398, 12,
         ("Gérard", "Lepetit"), "mehdi"),
    Body("Institut Vauban des métiers", 19554, "40 rue de la Citadelle", "59140", "Dunkerque", 702, 577,
         ("Sophie", "Vandamme")),
    Body("Second Souffle Formation", 83390, "6 rue Gambetta", "57000", "Metz", 311, 240, ("Rachid", "Benali"), "mehdi"),
    Body("Atelier Caraïbe", 46671, "3 rue Frébault", "97110", "Pointe-à-Pitre", 361, 178, ("Marlène", "Céleste")),
    Body("Réparer Martinique", 52087, "22 rue Victor-Hugo", "97200", "Fort-de-France", 290, 465, ("Joël", "Bertin")),
    Body("Mahoré Métiers", 94413, "5 place Mariage", "97600", "Mamoudzou", 155, 333, ("Anli", "Combo")),
    Body("Isula Tecnica", 27839, "9 cours Napoléon", "20000", "Ajaccio", 429, 203, ("Ghjulia", "Santoni"), "thomas"),
    Body("Savoie Mains d’œuvre", 65502, "31 rue de Boigne", "73000", "Chambéry", 575, 490, ("Marc", "Perrier")),
    Body("Le Tournevis solidaire", 11846, "77 rue de Charonne", "75011", "Paris", 667, 356, ("Salomé", "Nguyen")),
    Body("École du réemploi de Seine-et-Marne", 78125, "13 rue Saint-Aspais", "77000", "Melun", 244, 61,
         ("Ibrahim", "Sylla")),
    Body("Picardie Vélo Services", 32298, "48 rue des Trois-Cailloux", "80000", "Amiens", 336, 289,
         ("Claude", "Dufour")),
    Body("Association pour la formation aux métiers de la réparation et du réemploi en Dordogne", 56634,
         "10 rue Taillefer", "24000", "Périgueux", 508, 145, ("Mireille", "de La Tour d’Auvergne-Lassalle"), "thomas"),
    Body("Berry Technique", 20471, "18 rue Moyenne", "18000", "Bourges", 55, None, ("Alain", "Godard"), "mehdi"),
    Body("Atelier des Volcans", 88760, "2 rue du Consulat", "87000", "Limoges", 470, 226, ("Inès", "Peyrat"), "thomas"),
)  # fmt: skip


# Invited, and not come yet.
ANSWERS_LATE = frozenset({"Atelier roannais", "La Bonne Fabrique"})

# Documents beyond the usual ones, with the day they end, in days from today.
OTHER_PAPERS: dict[str, tuple[tuple[DocumentKind, str, int | None], ...]] = {
    "Ateliers Mistral Formation": (
        (DocumentKind.PREMISES, "atelier-minoterie", None),
        (DocumentKind.TAX, "attestation-fiscale", -21),
        (DocumentKind.PROGRAMME, "programme-electromenager", None),
    ),
    "Cap Réparation Nord": ((DocumentKind.TAX, "attestation-fiscale", 9),),
    "Dynamo Formation": ((DocumentKind.TAX, "attestation-fiscale", 24),),
    "La Maison du Geste": ((DocumentKind.STAFF, "formateurs", None), (DocumentKind.TAX, "attestation-fiscale", 118)),
}
