"""What is to be done, in whose hands it is, and lines about residents; the same from a colleague's own WeChat."""
