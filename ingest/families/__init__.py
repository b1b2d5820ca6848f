"""The declared schemas, as data: one TOML file each, `<family>/<name>.toml`; a new one needs no Python."""

from ingest.families.declarations import find_schema, list_schemas, load_schema
from ingest.families.declared import Check, DeclaredField, DeclaredSchema
from ingest.families.members import DeclarationError

__all__ = ["Check", "DeclarationError", "DeclaredField", "DeclaredSchema", "find_schema", "list_schemas", "load_schema"]
