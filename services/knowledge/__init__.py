"""What the house answers to questions: entries, blanks with a date, what nobody could answer."""
