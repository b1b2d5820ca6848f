"""Taking files in: formats, tables, families, checks, and the jobs that do it. Knows nothing of search."""
