"""Files that stand inside of a file: the entries of a ConfigMap, each as a document of its own."""

from collections.abc import Iterator

from selfhost.evidence.collector.records import Record
from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.syntax import Overload, syntax_of
from selfhost.readers.kubernetes import read_manifests
from selfhost.readers.tree import Source
from selfhost.targets.recognise import recognise


def inside(record: Record, redactor: Redactor) -> Iterator[Record]:
    """The files inside of what was read, as the collector would give them.

    Their path is the file's with their own name below it. Their lines are numbered as in the file.
    """
    if record["source"] != "kubernetes.manifests" or record["state"] != "present":
        return
    path = record["path"]
    text = record["content"].decode("utf-8", "replace")
    for name, file in read_manifests(Source(path, text)).files:
        below = f"{path}/{name}"
        step = recognise(below, file.text)
        if step is None or step.name == record["source"]:
            continue
        about = {**record, "source": step.name, "path": below}
        try:
            content = redactor.content(file.text.encode(), syntax_of(step.name, below))
        except Overload:
            about.update(state="failed", reason="its secrets cannot be told from the rest")
            content = b""
        yield {**about, "content": content}
