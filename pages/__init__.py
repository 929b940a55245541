"""The few pages that families open inside WeChat, on letter paper; who somebody is, the platform's web login tells."""
