"""The acts on sheets that come in and go out. Who changes a file holds its row; who comes second with an older page is
told; what is written lands in one transaction, after the house was held against the copy.
"""

from typing import Final

from tests.races.acts.act import ALONE, READS, ROW, Act, Key, act, post

HELD: Final = "the file is held as a whole; the second reads what the first left, and is told"
ASKED: Final = "the export is held; who decides second is told who was first"


def _run(path: str, which: str, why: str = HELD) -> tuple[Key, Act]:
    return post(f"/console/imports/{path}", which), act(f"imports.{which}", "import_run", guard=ROW, why=why)


ACTS: Final[dict[Key, Act]] = dict(
    [
        (post("/console/imports/file", "put"), act("imports.put", "nothing", why=READS)),
        _run("{run}/sheets/{sheet}", "plan"),
        _run("rows/{row}", "fix"),
        _run("{run}/guesses", "guesses"),
        _run("{run}/apply", "apply"),
        _run("{run}/beds", "lay"),
        _run("{run}/undo", "back"),
        _run("{run}/passwords", "passwords"),
        (post("/console/imports/exports", "ask"), act("imports.ask", "nothing", why=READS)),
        _run("exports/{ask}", "decide", ASKED),
        _run("exports/{ask}/file", "fetch", "it counts one more fetch under the row of the export"),
        (("job", "imports"), act("job.imports", "import_run", guard=ROW, why=ALONE)),
    ]
)
