"""The API, version 1: one resource, one file."""
