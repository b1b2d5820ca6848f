"""Finding datasets. Knows nothing of ingest."""
