"""Why a page or a file of pages could not be read."""

from engine.document import Reason
from engine.errors import BadInput


class Unreadable(BadInput):
    """A page or a file that cannot be read: one reason of the closed list, and a sentence."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["Unreadable"], tuple[Reason, str]]:
        """It goes from one process to another with its reason."""
        return type(self), (self.reason, self.detail)


class LanguageMissing(BadInput):
    """A language that was asked for and whose data is not installed; names the package."""
