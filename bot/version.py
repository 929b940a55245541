"""Which release this is, as the operator reads it."""

from importlib import metadata

from storage import migrate


def words() -> str:
    """The number of the release and the schema that it works with."""
    try:
        number = metadata.version("jiashu")
    except metadata.PackageNotFoundError:  # started from a folder that was never installed
        number = "（没有安装）"
    return f"家书 {number}，数据库结构 {migrate.head()}"
