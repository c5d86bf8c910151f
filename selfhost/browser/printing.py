"""A page of our own as PDF, printed by Chromium."""

import base64
from collections.abc import Iterator

from selfhost.browser.chromium import NOWHERE, Chromium
from selfhost.browser.protocol import Connection, GoneError, RefusedError
from selfhost.errors import UsageError

_SECONDS = 120.0
_PIECE = 4 * 1024 * 1024  # bytes asked for at once


def pdf(page: str) -> bytes:
    """The page (HTML) as a tagged PDF, on paper as its style sheet has it, A4 if that says nothing.

    No script of it runs, nothing is contacted, and the page is not written to a disk. Raises
    UsageError when there is no Chromium, or it does not do it.
    """
    with Chromium(NOWHERE, trusted=True, asked_by="a PDF") as chromium:
        try:
            return b"".join(_printed(chromium.connection, page))
        except (GoneError, RefusedError, TimeoutError, KeyError, ValueError) as error:
            why = chromium.complaint or str(error)
            raise UsageError(
                f"Chromium could not print the report: {why}",
                hint="write it with --format html and print it from any browser",
            ) from None


def _printed(connection: Connection, page: str) -> Iterator[bytes]:
    target = connection.call("Target.createTarget", url="about:blank")["targetId"]
    session = str(
        connection.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    )
    connection.call("Emulation.setScriptExecutionDisabled", session, value=True)
    frame = connection.call("Page.getFrameTree", session)["frameTree"]["frame"]["id"]
    connection.call("Page.setDocumentContent", session, _SECONDS, frameId=frame, html=page)
    told = connection.call(
        "Page.printToPDF",
        session,
        _SECONDS,
        printBackground=True,
        preferCSSPageSize=True,
        generateTaggedPDF=True,
        generateDocumentOutline=True,
        paperWidth=8.27,
        paperHeight=11.69,
        transferMode="ReturnAsStream",
    )
    while True:
        piece = connection.call("IO.read", session, _SECONDS, handle=told["stream"], size=_PIECE)
        data = str(piece["data"])
        yield base64.b64decode(data) if piece.get("base64Encoded") else data.encode("latin-1")
        if piece.get("eof"):
            return
