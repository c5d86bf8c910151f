"""Unresolved placeholders: what is settled all the same, and what is not."""

import pytest

from selfhost.readers import template
from selfhost.readers.properties import read_properties
from selfhost.readers.tree import Source, Unknown


@pytest.mark.parametrize(
    "text",
    ["a = {{ b }}", "{% if x %}", "{# note #}", "x = __DOMAIN__", "x = ${XMPP_DOMAIN}"],
)
def test_recognised(text: str) -> None:
    assert template.is_template(text)


@pytest.mark.parametrize("text", ["a = { b: {} }", "x.__proto__", "`${name}`", "100 %"])
def test_not_recognised(text: str) -> None:
    assert not template.is_template(text)


def test_a_value_within_quotes_keeps_its_name() -> None:
    filled = template.fill("a = 'x.{{ site.name }}'\nb = {{ port | int }}\n", "VALUE")
    assert filled.text == "a = 'x.{{site.name}}'\nb = VALUE\n"
    assert not filled.doubtful


def test_lines_stay_where_they_were() -> None:
    text = "{# one\ntwo #}\n{% if a %}\nx\n{% else %}\ny\n{% endif %}\nz\n"
    filled = template.fill(text, "VALUE")
    assert filled.text == "\n\n\nx\n\ny\n\nz\n"
    assert filled.doubtful == {3, 4, 5, 6, 7}


def test_go_commands_print_nothing() -> None:
    text = "{{ $X := .Env.X }}\n{{ if .Env.Y -}}\na\n{{ end -}}\n{{/* note */}}\n"
    filled = template.fill(text, "VALUE")
    assert filled.text == "\n\na\n\n\n"
    assert filled.doubtful == {2, 3, 4}


def test_a_condition_that_never_ends() -> None:
    assert template.fill("a\n{% if x %}\nb\n", "V").doubtful >= {2, 3}


def test_doubt() -> None:
    text = "a=1\n{% if x %}\nb=2\n{% endif %}\nc={{ d }}\n"
    filled = template.fill(text, template.mark(""))
    tree = template.doubt(read_properties(Source("f", filled.text)), filled.doubtful)
    values = {name: tree.get((name,)).value for name in ("a", "b", "c")}  # type: ignore[union-attr]
    assert values == {
        "a": "1",
        "b": Unknown(template.CONDITION),
        "c": Unknown(template.VALUE),
    }


@pytest.mark.parametrize(
    "text", ["x = <%= @a %>", "<% if @a %>", '[[ env "A" ]]', '[[- if eq "a" "b" ]]']
)
def test_further_engines(text: str) -> None:
    assert template.is_template(text)


@pytest.mark.parametrize("text", ["a = [[1, 2], [3]]", "if a < b % c > d", "x = [[ text ]]"])
def test_no_further_engines(text: str) -> None:
    assert not template.is_template(text)


def test_ruby() -> None:
    text = "<% if @a -%>\nx\n<% end -%>\n<% @l.each do |i| %>\ny <%= i %>\n<% end %>\n<%# no %>z\n"
    filled = template.fill(text, "V")
    assert filled.text == "\nx\n\n\ny V\n\nz\n"
    assert filled.doubtful == {1, 2, 3, 4, 5, 6}


def test_one_branch_at_a_time() -> None:
    text = "a\n{% if x %}\nb\n{% elif y %}\nc\n{% else %}\nd\n{% endif %}\ne\n"
    filled = [template.fill(text, "V", branch=number).text for number in range(4)]
    assert [text.split() for text in filled] == [
        ["a", "b", "e"],
        ["a", "c", "e"],
        ["a", "d", "e"],
        ["a", "e"],
    ]
    assert template.fill(text, "V").branches == 4


def test_values_with_a_line_to_themselves() -> None:
    text = "a: {{ b }}\n  {{ c }}\n{{ d }};\n{% if e %}\n{{ f }}"
    assert template.lone_values(text) == (2, 5)
    filled = template.fill(text, "V", alone="")
    assert filled.text == "a: V\n  \nV;\n\n"


def test_settled() -> None:
    one, other = (
        read_properties(Source("f", text)) for text in ("a=1\nb=2\nc=3\n", "a=1\nb=4\nd=5\n")
    )
    tree = template.settle((one, other))
    values = {name: tree.get((name,)).value for name in "abcd"}  # type: ignore[union-attr]
    doubt = Unknown(template.CONDITION)
    assert values == {"a": "1", "b": doubt, "c": doubt, "d": doubt}
