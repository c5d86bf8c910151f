"""The three ways in which a question to a server has no answer."""

from selfhost.evidence.model import Document

#: The end of the reason for a hole that is as large as the file that was not given.
OLD_ALONE = "only its old properties were given"


class NoAnswer(Exception):  # noqa: N818 - it is an outcome, not an error
    """A question that the evidence does not answer; never leaves the audit."""

    def __init__(self, message: str, documents: tuple[Document, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.documents = documents


class Unseen(NoAnswer):
    """It may be there, but it could not be read or understood: ``unknown``."""


class NotInstalled(NoAnswer):
    """It was looked for and is proved absent: ``not-applicable``."""


class OutOfScope(NoAnswer):
    """The target was given as files, and this was not among them."""
