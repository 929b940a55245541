"""Sound: decode what phones send, in a process of its own."""
