"""Colleagues: accounts, log-ins and their locks."""
