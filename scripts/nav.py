"""Pages of the docs that mkdocs.yml does not name stand behind those it names: a new subject edits no list."""

from collections.abc import Mapping, Sequence

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

Nav = str | Mapping[str, "Nav"] | Sequence["Nav"]

LATER = "Later subjects"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Called by mkdocs when it has read the folder."""
    named = set(_named(config.nav or []))
    later = sorted(file.src_uri for file in files.documentation_pages() if file.src_uri not in named)
    if later:
        config.nav = [*(config.nav or []), {LATER: later}]
    return files


def _named(nav: Nav) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    return [page for one in (nav.values() if isinstance(nav, Mapping) else nav) for page in _named(one)]
