"""YAML as the repository writes it."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from selfhost.settings.render import dump

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30)


@given(st.dictionaries(st.text("abc", min_size=1), TEXTS | st.lists(TEXTS) | st.integers()))
def test_what_is_written_reads_back(values: dict[str, object]) -> None:
    assert yaml.safe_load(dump(values)) == (values or {})


def test_quotes_only_where_needed() -> None:
    text = dump({"a": "off", "b": "12", "c": "x: y", "d": "it's", "e": "{{ x }}", "f": ["p"]})
    assert text == 'a: "off"\nb: "12"\nc: "x: y"\nd: it\'s\ne: "{{ x }}"\nf:\n  - p\n'
