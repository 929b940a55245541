"""Tables, transactions, sealing: everything that touches the database."""
