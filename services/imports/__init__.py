"""Imports: a home's own messy sheets in and out, read apart from the service, and nothing half done (N3)."""
