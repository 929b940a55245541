"""What the tests of the whole house must know of imports."""

from storage.types import Word

OPEN = {
    "export_ask.kind": Word,
    "import_row.verdict": Word,
    "import_run.state": Word,
}
FREE = {
    "import_map.fields",
    "import_map.heads",
    "import_run.counts",
    "import_run.sha",
}
COUNTS = {
    "export_ask.fetched",
    "import_row.sheet",
}
ACTS = {
    "colleagues families imports residents roster staff": "undo_import",
    "imports": "ask_export begin_import fix_import plan_import release_export stage_import",
    "imports residents": "apply_import",
}
QUIET = "fetch_export refuse_export show_passwords"
UNTRACED = "import_row import_run"
OF_NOBODY = "export_ask"
