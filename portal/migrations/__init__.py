"""The database's schema, step by step; `portal.migrate` runs the steps."""
