"""Residents: where they are, what state they are in, and that machines are silent towards their families."""
