"""Putting layers of settings on top of one another."""

from collections.abc import Iterable, Mapping

from selfhost.readers.tree import Node, Origin, Path, Tree, Unknown


def tree_of(settings: Iterable[tuple[Path, Node]], origin: Origin) -> Tree:
    """A tree from paths and values; the last of a path wins, a deeper path replaces a value."""
    root: dict[str, object] = {}
    for path, node in settings:
        level = root
        for step in path[:-1]:
            below = level.get(step)
            if not isinstance(below, dict):
                below = level[step] = {}
            level = below
        level[path[-1]] = node
    return Tree(_node(root, origin))


def _node(value: object, origin: Origin) -> Node:
    if isinstance(value, Node):
        return value
    assert isinstance(value, dict)  # noqa: S101 - made above
    children = {key: _node(child, origin) for key, child in value.items()}
    first = next(iter(children.values()), None)
    return Node(children, first.origin if first is not None else origin)


def over(strong: Tree, weak: Tree) -> Tree:
    """``strong`` with what only ``weak`` has; objects of both are merged, as HOCON does."""
    return Tree(_over(strong.root, weak.root), strong.problems + weak.problems)


def _over(strong: Node, weak: Node) -> Node:
    above, below = strong.value, weak.value
    if not isinstance(above, Mapping) or not isinstance(below, Mapping):
        lost = (*weak.overrides, weak.origin) if strong.origin != weak.origin else weak.overrides
        return Node(above, strong.origin, (*lost, *strong.overrides), strong.rest)
    merged = {key: node for key, node in above.items() if key not in below}
    for key, node in below.items():
        if key in above:
            merged[key] = _over(above[key], node)
        elif strong.rest is not None:
            merged[key] = Node(Unknown(strong.rest.reason), node.origin)
        else:
            merged[key] = node
    return Node(merged, strong.origin, strong.overrides, strong.rest or weak.rest)
