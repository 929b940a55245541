"""The process that reads a workbook and nothing else: `python -m services.imports.child FD`. It holds no key, no
database, no address; the system ends it when it wants too much memory or time.
"""

import os
import resource
import sys
from typing import Final

MEMORY: Final = 400 * 1024 * 1024
SECONDS: Final = 30
BROKEN: Final = "这张表读不懂，文件可能坏了。请在 Excel 或 WPS 里打开，另存为一份新的 .xlsx，再放上来。"
TOO_BIG: Final = "这张表打开后太大了，没有读。请只复制有内容的部分到新表，再放上来。"


def main(number: int) -> None:
    """Read the file behind a descriptor and tell it on the standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for name in ("numpy", "lxml", "PIL"):
        sys.modules[name] = None  # type: ignore[assignment]  # openpyxl would load them where they are
    import msgspec

    from services.imports.book import Book, Refused
    from services.imports.sheets import ENTITIES, read

    try:
        with os.fdopen(number, "rb") as file:
            found = read(file)
    except Refused as refused:
        found = Book(why=str(refused))
    except MemoryError:
        found = Book(why=TOO_BIG)
    except Exception as error:
        causes = (error, error.__cause__, error.__context__)
        found = Book(why=ENTITIES if any("defused" in type(one).__module__ for one in causes) else BROKEN)
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
