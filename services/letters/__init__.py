"""The daily letter: written by colleagues, checked, released in the evening, read by who may."""
