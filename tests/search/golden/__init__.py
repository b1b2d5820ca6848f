"""Judged queries and the catalogue that they are asked of."""
