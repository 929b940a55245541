"""Who may open the page of this subject."""

from typing import Final

from care.states import Role
from services.access import Page

AUDIT: Final = Page("审计", "/audit", frozenset({Role.DIRECTOR, Role.AUDITOR}), icon="shield", place=100)
JOBS: Final = Page("自动任务", "/jobs", frozenset({Role.DIRECTOR, Role.ADMIN}), icon="clock", place=110)
RESTORE: Final = Page("恢复", "/restore", frozenset({Role.DIRECTOR}))
