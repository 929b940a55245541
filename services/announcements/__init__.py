"""Announcements: a colleague's words to many, at a moment, with whom they reached and whom not (N4, N6, F42)."""
