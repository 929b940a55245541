"""The stand-in platform against clients that others wrote for the real one."""
