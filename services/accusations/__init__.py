"""Whom words accuse, and who decides about that."""
