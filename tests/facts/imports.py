"""What the tests of the whole house must know of imports."""

from care import imports
from storage.types import Word

CLOSED = {
    "import_row.verdict": tuple(imports.ImportedRow),
    "import_run.state": tuple(imports.ImportState),
}
OPEN = {
    "export_ask.kind": Word,
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
ROWS = (
    "import_run (id, home_id, made_by, made_at, sha, name, state) SELECT 1, min(id), 0, 0, 's', {bytes}, 'staged'",
    "import_row (id, home_id, run_id, sheet, number, hidden, verdict) SELECT 1, min(id), 1, 0, 1, false, 'staged'",
)
