"""Datasets, publishers, releases, rows, duties and accounts: the ground floor, which knows nobody above it."""
