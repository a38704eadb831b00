"""Reading what the State publishes, as dated intervals (docs/adr/0011-national-registers.md)."""

from jurande.registers.catalogue.operations.importing.deliveries import (
    FileRead,
    forget_files,
    read_delivery,
    receive_in_place,
    request_import,
)

__all__ = ["FileRead", "forget_files", "read_delivery", "receive_in_place", "request_import"]
