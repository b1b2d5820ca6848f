"""Rows of releases: filters, queries, exports. The only place that knows DuckDB."""
