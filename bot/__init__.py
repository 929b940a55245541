"""WeChat in both directions, and the process that holds it."""
