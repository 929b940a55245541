"""Interval jobs that call one service each with the time."""
