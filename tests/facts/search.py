"""What the tests of the whole house must know of search."""

from storage.types import Word

OPEN = {
    "search_mark.kind": Word,
}
QUIET = "search"
