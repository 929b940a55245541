"""What the tests of the whole house must know of accusations."""

ACTS = {
    "accused alarms case cases inbox person": "accused_named",
    "accused alarms cases inbox person": "accused_lift",
    "accused inbox person": "accuse",
}
QUIET = "accused_confirm"
