"""Questionnaires: who is asked, in the talk or on a page, and what came of it without names."""
