"""What the tests of the whole house must know of launch."""

from care import states

CLOSED = {
    "launch.launched": tuple(states.Launch),
}
FREE = {
    "launch.floor",
}
ACTS = {
    "days launch letters": "launch unlaunch",
}
CHANGED = "launch"
