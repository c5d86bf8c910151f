"""What a lone file of the web client is."""

from pathlib import Path

import pytest

from selfhost.targets.file import FileTarget
from selfhost.targets.recognise import recognise


@pytest.mark.parametrize(
    ("path", "text", "source"),
    [
        ("/x/Meeting.tsx", "return <JitsiMeeting configOverwrite={{}} />", "web.config"),
        ("/x/call.js", "const config = {};\nnew JitsiMeetExternalAPI('a', {})", "web.config"),
        (
            "/x/show.php",
            "<html><script src='a.js'></script> new JitsiMeetExternalAPI(d)",
            "web.page",
        ),
        ("/x/title.html.j2", "<title>{{ name }}</title>", "web.page"),
        ("/x/interface_config.js.erb", "// nothing", "web.interface"),
    ],
)
def test_recognised(path: str, text: str, source: str) -> None:
    step = recognise(path, text)
    assert step is not None
    assert step.name == source


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/x/README.md", "new JitsiMeetExternalAPI(domain, options)"),
        ("/x/api.d.ts", "new JitsiMeetExternalAPI(domain, options)"),
        ("/x/external_api.js", "class JitsiMeetExternalAPI {} new JitsiMeetExternalAPI()"),
    ],
)
def test_not_recognised(path: str, text: str) -> None:
    assert recognise(path, text) is None


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("<html><script>new JitsiMeetExternalAPI('a', {})</script>", True),
        ("<html><script>var config = { hosts: { domain: 'a' } };</script>", True),
        ("<html><script>config.doNotStoreRoom = true;</script>", True),
        ("<html><script>var config = {}; config.theme = 1;</script>", False),
        ("<html><p>config</p>", False),
    ],
)
def test_a_page_that_also_holds_settings(text: str, both: bool, tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(text)
    sources = frozenset({"web.page", "web.config"} if both else {"web.page"})
    evidence = FileTarget(page).collect()
    assert evidence.scope == sources
    assert {document.source for document in evidence.documents} == sources
