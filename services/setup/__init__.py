"""Opening a new home and its settings: the first start, the account, and what the console may set."""
