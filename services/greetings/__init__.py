"""Festivals, birthdays and visits: planned, asked once more when their hour comes, sent or left with a reason."""
