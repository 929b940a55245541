"""Calls to colleagues, whatever they are about: their numbers, and what a number may bear."""
