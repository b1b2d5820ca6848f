"""Benchmarks: figures side by side with a peer or a bare engine, measured in one run."""
