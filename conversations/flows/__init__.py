"""One file for each flow."""
