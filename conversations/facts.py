"""What a state may need to know before it can answer: declared by the state, loaded once for a whole batch."""


class Fact:
    """The root of all facts; a flow names the class, a loader of the services returns one value for each person."""

    __slots__ = ()


Facts = dict[type[Fact], Fact]
"""The loaded facts of one person, by their class."""
