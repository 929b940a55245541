"""The web console of the staff."""
