"""Tests of search/contract."""
