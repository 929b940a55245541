"""What the tests of the whole house must know of residents."""

from care import states
from storage.types import Word

CLOSED = {
    "resident.sex": tuple(states.Sex),
    "resident_record.allergy": tuple(states.Allergy),
    "resident.status": tuple(states.Status),
}
OPEN = {
    "resident_checklist.item": Word,
    "resident_event.kind": Word,
    "resident_file.kind": Word,
}
FREE = {
    "bed.building",
    "bed.floor",
    "bed.name",
    "bed.room",
    "resident.bed",
    "resident.floor",
    "resident.room",
    "resident_file.mime",
    "resident_file.sha256",
    "resident_record.care_level",
    "resident_record.identity_mark",
}
TABLES = {
    "resident_event": "residents",
}
ACTS = {
    "outbox person residents": "hush",
    "residents": (
        "add_bed add_contract add_paper admit close_bed edit_allergy edit_basics edit_customs edit_habits "
        "edit_health edit_risks lay_out_beds lift_hush move open_bed remove_paper set_status sign_back "
        "sign_over tick_admission tick_after tick_back untick_admission untick_after untick_back"
    ),
}
QUIET = "see_identity"
CHANGED = "bed bed_stay resident"
OF_NOBODY = "bed"
