"""What fuzzing starts from: text in each reader's format, and the words of it."""

import json
import re
from collections.abc import Iterator
from types import MappingProxyType

from selfhost.evidence import bundle
from tests.fuzz.targets import CONTROLS, sources

#: The evidence in whose examples a reader's format is found; of those that are not here, all of it.
_EVIDENCE = MappingProxyType(
    {
        "javascript": ("web.config", "web.interface"),
        "html": ("web.page",),
        "prosody": ("prosody.config",),
        "hocon": ("jicofo.config", "videobridge.config", "jibri.config"),
        "properties": ("jicofo.legacy", "videobridge.legacy", "jigasi.config"),
        "environment": ("jicofo.environment", "videobridge.environment", "host.environment_files"),
        "nginx": ("nginx.effective", "nginx.files"),
        "pjsua": ("jibri.sip",),
        "turnserver": ("coturn.config",),
        "dotenv": ("docker.environment",),
        "compose": ("docker.compose",),
        "certificates": ("host.certificates",),
        "nftables": ("host.firewall",),
        "facts": ("host.packages", "host.units", "host.processes", "host.sockets"),
        "ini": ("grafana.config", "rclone.config"),
        "apache": ("apache.files",),
        "helm": ("helm.values",),
        "kubernetes": ("kubernetes.manifests",),
        "template": ("jicofo.config", "docker.compose", "nginx.files"),
        "outside": ("outside.responses", "outside.tls", "outside.xmpp", "outside.ports"),
    }
)


_MANIFEST = {
    "schema": bundle.SCHEMA,
    "target": "t",
    "collected_at": "2026-01-02T03:04:05Z",
    "scope": ["a"],
    "documents": [
        {
            **dict.fromkeys(("sha256", "reason", "mode", "owner", "target"), ""),
            "source": "a",
            "path": "/a",
            "state": "present",
            "file": "documents/0000-a",
        }
    ],
}
#: What no control's example is: the start for readers of what wraps evidence.
_SEEDS = MappingProxyType(
    {
        "bundle": (json.dumps(_MANIFEST), json.dumps({**_MANIFEST, "scope": None})),
        "archive": (
            "0\t\tetc/jitsi/jicofo/jicofo.conf\t\tjicofo { }\n5\t\tetc\n2\t\tetc/jitsi/x\t../y",
            "1\t\tsrv/.env\tsrv/a\n0\t99999999\tsrv/a\t\tENABLE_RECORDING=1\n6\t\tsrv/pipe",
            "0\t\tvar/lib/dpkg/status\t\tPackage: jicofo\n2\t\tetc/nginx\tnginx\nx\t40\tetc/a",
        ),
        "answer": (
            '{"selfhost": 1, "nonce": "0"}\n'
            '{"source": "jicofo.config", "path": "/x", "state": "present", '
            '"content": "+jicofo { }", "reason": "", "mode": "", "owner": "", "target": "", '
            '"sha256": ""}\n{"end": 1}\n',
            "Welcome!\n",
        ),
        "outside": ('{"what": "page", "url": "https://a/", "status": 200, "headers": {}}\n',),
        "template": (
            'jicofo { {% if a %}x = "{{ b }}"{% endif %} y = __Z__ {# c #} z = ${A:-b} }',
        ),
        "helm": (
            "publicURL: https://x\njibri:\n  enabled: true\n"
            "  livestreaming: true\njvb:\n"
            "  stunServers: ''\n  extraEnvs:\n    - {name: A, value: b}\n"
            "  image: {repository: i}\n",
            "a-jitsi:\n  transcriber: {enabled: '{{ .x }}', whisper: {url: wss://y}}\n"
            "  web: {extraContainers: [{image: a/b}], customConfigJs: 'config.x = 1'}\n",
        ),
        "kubernetes": (
            "kind: ConfigMap\nmetadata: {name: m}\ndata:\n  A: 'b'\n  x.js: |\n    config.x = 1\n"
            "---\nkind: Deployment\nspec: {template: {spec: {containers: [{name: c, image: i,\n"
            "  env: [{name: A, value: b}, {name: C, valueFrom: {configMapKeyRef: "
            "{name: m, key: A}}}],\n"
            "  envFrom: [{configMapRef: {name: m}}], ports: [{containerPort: 1, hostPort: 2}]}]}}"
            "}\n",
            "kind: List\nitems:\n- kind: Secret\n  metadata: {name: s}\n  data: {A: Yg==}\n"
            "- kind: Pod\n  spec: {containers: [{image: i, envFrom: [{secretRef: {name: s}}]}]}\n",
        ),
        "embedding": (
            "<script src=https://h/external_api.js></script><script>/* c */ "
            "const o = {roomName: 'r',\n"
            "configOverwrite: {a: true, b: {c: 'd'}}, interfaceConfigOverwrite: {E: false}};\n"
            "const api = new JitsiMeetExternalAPI('meet.example.org', o);</script>",
            "<JitsiMeeting domain={'h'} configOverwrite={{ a: x, ...y }} roomName='r' />",
            "<?php echo 1; ?> new JitsiMeetExternalAPI(domain, { configOverwrite: { a: `b` } })",
        ),
        "ini": ("[a]\nb = 1\n; c\n[d]\ne = 'f'\n",),
    }
)


def seeds(target: str) -> Iterator[str]:
    """What to start from: the controls' examples in that format."""
    yield from _SEEDS.get(target, ())
    if target in ("answer", "archive", "bundle"):
        return
    names = sources()
    wanted = _EVIDENCE.get(target, names)
    for control in CONTROLS:
        for example in (*control.bad, *control.good, *control.unclear):
            for source, text in example.evidence.items():
                if source not in wanted:
                    continue
                if target != "audit":
                    yield text
                elif source in names:
                    yield chr(names.index(source)) + text


def words(target: str) -> tuple[str, ...]:
    """Words and signs of the format, for a fuzzer's dictionary."""
    found = {word for text in seeds(target) for word in re.findall(r"[\w.-]{2,30}|[^\w\s]+", text)}
    return tuple(sorted(found))
