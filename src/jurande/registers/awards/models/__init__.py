from jurande.registers.awards.models.awards import Award, new_number
from jurande.registers.awards.models.designs import Brand, Design, DesignSignatory
from jurande.registers.awards.models.lots import Lot, LotRow
from jurande.registers.awards.models.rules import AwardRule

__all__ = [
    "Award",
    "AwardRule",
    "Brand",
    "Design",
    "DesignSignatory",
    "Lot",
    "LotRow",
    "new_number",
]
