"""The declared schemas, as data."""
