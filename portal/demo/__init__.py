"""Demonstration data: a city's promised datasets, some of them with rows rebuilt from public figures."""
