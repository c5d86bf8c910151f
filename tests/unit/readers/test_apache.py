"""Apache's directives and the virtual hosts around them."""

from hypothesis import given
from hypothesis import strategies as st

from selfhost.readers.apache import read_apache
from selfhost.readers.tree import Origin, Source

TEXT = r"""ErrorLog "/var/log/error.log"
# CustomLog /var/log/a.log combined
<VirtualHost *:443>
  ServerName meet.example.org
  CustomLog "/var/log/b.log" \
    "%h \"%r\""
</VirtualHost>
LogFormat '%h' short
"""


def test_directives_hosts_comments_and_continued_lines() -> None:
    found = read_apache([Source("a.conf", TEXT)])
    assert [d.name for d in found] == ["errorlog", "servername", "customlog", "logformat"]
    log = found[2]
    assert (log.origin.line, log.host) == (5, Origin("a.conf", 3))
    assert log.arguments[0] == "/var/log/b.log"
    assert found[3].host is None


@given(st.text(max_size=300))
def test_anything_can_be_read(text: str) -> None:
    for directive in read_apache([Source("a", text)]):
        assert directive.name == directive.name.lower()
