"""Reading again all that was ever sealed, from the database and the files, and believing nothing else."""

from jurande.registers.seal.operations.checking.faults import Fault, Report
from jurande.registers.seal.operations.checking.repairing import repair
from jurande.registers.seal.operations.checking.whole import check, check_and_note

__all__ = ["Fault", "Report", "check", "check_and_note", "repair"]
