"""回访: residents once a month, families once a quarter, asked by a colleague and written down (V1, V2, F46)."""
