"""Signed bodies of every kind, mutated by lot: each is kept once and heard, no words become a field or an act; unsigned
ones leave no trace.

Three stages break a body: its words (as a person may write them), its fields (as no platform writes them), its bytes
(as a line may damage them). What is judged is told by the mutated bytes alone, and by the rows that the service made of
them.
"""
