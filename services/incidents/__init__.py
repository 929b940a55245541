"""Incidents: emergencies that are worked off by a plan, drills, and whom to call (E1–E5, L8)."""
