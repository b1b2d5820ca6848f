"""Tests of the personal-data gate."""
