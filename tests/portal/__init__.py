"""The portal: HTTP, commands, demonstration data."""
