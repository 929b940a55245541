"""What the tests of the whole house must know of expiries."""

FREE = {
    "home_date.name",
}
ACTS = {
    "expiries": "keep_date renew_date",
}
CHANGED = "home_date"
