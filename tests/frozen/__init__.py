"""Databases as earlier commits left them: what is stored is opened, and goes on, for ever."""
