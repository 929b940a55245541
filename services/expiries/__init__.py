"""What runs out on a day: contracts, papers of residents, and what the house itself must renew (A6)."""
