"""The few pages that families open inside WeChat; the first one comes with the letters."""
