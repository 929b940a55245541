"""练习: the weeks before the account is approved, with simulated phones; and going over to the real one (F54)."""
