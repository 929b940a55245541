"""Photos, voices and videos: fetched, checked, sealed."""
