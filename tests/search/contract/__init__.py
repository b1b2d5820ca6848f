"""The definition of search: what every engine must do alike."""
