"""What leaves the house: queued for a person, claimed under a lease, settled once the platform has spoken.

Knows no subject.
"""
