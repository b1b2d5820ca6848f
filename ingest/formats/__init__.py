"""Reading a file into raw text cells, one format a module."""
