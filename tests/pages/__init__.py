"""The pages of the families."""
