"""What the tests of the whole house must know of practice."""

FREE = {
    "practice.app_id",
    "practice.backup",
    "practice.discarded",
    "practice.staying",
}
ACTS = {
    "alarms cases days families house inbox launch letters outbox promises residents surveys": "end_practice",
    "families residents": "unbind_practice",
    "house": "begin_practice close_practice",
}
UNTRACED = "practice"
