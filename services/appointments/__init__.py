"""就医: when a doctor sees a resident, who is reminded, and how it was (R1, V3)."""
