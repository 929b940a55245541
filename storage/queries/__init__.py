"""Read-only questions to the database, one module for each page or subject."""
