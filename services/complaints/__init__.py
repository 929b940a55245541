"""A complaint from its first word to the lesson: its steps, what the family says to the result, its records, its
evidence.
"""
