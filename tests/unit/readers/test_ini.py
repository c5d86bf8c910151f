"""INI files."""

from selfhost.readers.ini import read_ini
from selfhost.readers.tree import Source, Unknown

TEXT = """\ufeff; a comment
bare = 1
[server]
# http_addr = 10.0.0.1
http_addr = 0.0.0.0
http_addr = "127.0.0.1"
[auth.anonymous] ; why
enabled=true
nonsense
"""


def test_sections_and_keys() -> None:
    tree = read_ini(Source("grafana.ini", TEXT))
    address, anonymous = tree.get(("server", "http_addr")), tree.get(("auth.anonymous", "enabled"))
    bare = tree.get(("", "bare"))
    assert address is not None
    assert (address.value, address.origin.line) == ("127.0.0.1", 6)
    assert [place.line for place in address.overrides] == [5]
    assert anonymous is not None
    assert anonymous.value == "true"
    assert bare is not None
    assert bare.value == "1"
    assert tree.get(("server", "enabled")) is None
    assert [problem.origin.line for problem in tree.problems] == [9]


def test_bounds() -> None:
    assert isinstance(read_ini(Source("x", "a=b\n" * 400_000)).root.value, Unknown)
    assert read_ini(Source("x", "[a" * 100_000)).get("a") is None
