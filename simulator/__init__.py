"""A stand-in for the WeChat platform and its phone; it shares no code with the service."""
