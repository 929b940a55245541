"""Words that are looked for in what is sealed."""
