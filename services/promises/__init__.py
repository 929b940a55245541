"""Promised times: made, brought forward, kept by a named human; what is said and done when they run out.

Knows no subject.
"""
