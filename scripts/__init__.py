"""Chores of the developers: checks and pictures."""
