"""Lists page by page (C-8)."""


def and_one(page: int) -> int:
    """The rows to ask for: one more than a page tells whether another follows."""
    return page + 1
