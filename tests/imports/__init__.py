"""Sheets as homes have them; all people are fictional."""
