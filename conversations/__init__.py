"""Conversations as pure state machines: (slots, event, facts) -> step."""
