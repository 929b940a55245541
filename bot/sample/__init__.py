"""The sample home of `make demo`: made by the services that a real home uses, with a fortnight behind it; no row of it
is written by anything else.
"""
