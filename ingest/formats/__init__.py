"""Reading a file into raw text cells, one format a module. It stays light: the workbook's child imports it."""
