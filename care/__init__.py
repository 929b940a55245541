"""The rules of a care home as pure functions: no clock, no database, no network."""
