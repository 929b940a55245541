"""What the tests of the whole house must know of setup."""

FREE = {
    "setting.key",
    "start_code.digest",
}
TABLES = {
    "setting": "house",
}
ACTS = {
    "house": "lengthen_clock push_menu set_settings undo_menu",
}
QUIET = "open_home"
UNTRACED = "start_code"
