"""Moments in a home by subject: how each comes about from an earlier one, and what each side does there."""
