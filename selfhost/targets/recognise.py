"""Which source of evidence a single file is: by its name, then by what stands in it."""

import re
from difflib import get_close_matches
from pathlib import PurePosixPath

from selfhost.catalog.client_keys import client_keys
from selfhost.errors import UsageError
from selfhost.evidence import plan
from selfhost.evidence.plan import Step
from selfhost.readers.embedding import is_embedding

#: How much of a file is looked at.
SAMPLE = 256 * 1024

#: Names that several programs give to a file of theirs: told apart by what stands in it.
AMBIGUOUS = ("sip-communicator.properties", "config", "logging.properties")

#: No ``\\s`` before a word: it would go over a file of empty lines again from each of them.
_CONTENT: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.M))
    for name, pattern in (
        ("nginx.effective", r"^# configuration file \S+:$"),
        (
            "web.interface",
            r"^[ \t]*(?:var|let|const)\s+interfaceConfig\b|^[ \t]*interfaceConfig\.\w+\s*=",
        ),
        ("web.config", r"^[ \t]*(?:var|let|const)\s+config\s*=|^[ \t]*config\.\w+(?:\.\w+)*\s*="),
        (
            "prosody.config",
            r"^[ \t]*(?:VirtualHost|Component)[ \t]*(?:\([ \t]*)?[\"']"
            r"|^[ \t]*modules_enabled\s*=",
        ),
        ("jigasi.config", r"^[ \t]*(?:org\.jitsi\.jigasi|net\.java\.sip)\."),
        ("videobridge.legacy", r"^[ \t]*(?:org\.jitsi\.videobridge|org\.ice4j|org\.jitsi\.octo)\."),
        ("jicofo.legacy", r"^[ \t]*org\.jitsi\.(?:jicofo|focus|impl\.reservation)\."),
        ("jicofo.config", r"^[ \t]*\"?jicofo\"?\s*(?:[:=]\s*)?\{|^[ \t]*jicofo\.[\w.-]+\s*[:={]"),
        (
            "videobridge.config",
            r"^[ \t]*\"?(?:videobridge|ice4j)\"?\s*(?:[:=]\s*)?\{|^[ \t]*videobridge\.",
        ),
        ("jibri.config", r"^[ \t]*\"?jibri\"?\s*(?:[:=]\s*)?\{|^[ \t]*jibri\.[\w.-]+\s*[:={]"),
        (
            "jibri.legacy",
            r"\"(?:recording_directory|xmpp_environments|finalize_recording_script_path)\"\s*:",
        ),
        ("multitrack.config", r"^[ \t]*\"?jitsi-multitrack-recorder\b"),
        ("jigasi.hocon", r"^[ \t]*\"?org\.jitsi\.jigasi\"?\s*(?:[:=]\s*)?\{"),
        ("docker.compose", r"^services:"),
        (
            "kubernetes.manifests",
            r"^kind:\s*[\"']?(?:ConfigMap|Secret|Deployment|StatefulSet|DaemonSet|ReplicaSet"
            r"|ReplicationController|Pod|Job|CronJob|List)\b",
        ),
        ("prometheus.config", r"^scrape_configs:"),
        ("loki.config", r"^auth_enabled:"),
        (
            "helm.values",
            r"^(?:jibri|jvb|jicofo|prosody|opusTranscriberProxy|transcriber):"
            r"[ \t\r]*\n(?:[ \t\r]*\n)*[ \t]+\w+:",
        ),
        ("apache.files", r"(?i)^[ \t]*<VirtualHost\b|^[ \t]*ProxyPass(?:Match)?\s+\S+\s+\S+$"),
        (
            "nginx.files",
            r"^[ \t]*(?:server|http|events|upstream \S+)\s*\{"
            # What is included inside of a server block.
            r"|^[ \t]*location\s+(?:(?:=|~\*?|\^~)\s*)?\S+\s*\{"
            r"|^[ \t]*(?:ssl_certificate|proxy_pass|access_log|error_log|add_header)"
            r"\s+[^;{}]{1,1000};",
        ),
        (
            "coturn.config",
            r"^[ \t]*(?:use-auth-secret|static-auth-secret|lt-cred-mech|tls-listening-port|no-cli"
            r"|denied-peer-ip|min-port)\b",
        ),
        (
            "docker.environment",
            r"^(?:PUBLIC_URL|XMPP_DOMAIN|CONFIG|ENABLE_\w+|(?:JVB|JICOFO|JIBRI|JIGASI|PROSODY)_\w+)=",
        ),
        ("web.page", r"(?i)\A\s*<!doctype html|<html\b"),
    )
)


#: Other programs whose variables lie in a file called ``.env``.
_VARIABLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.M))
    for name, pattern in (
        (
            "skynet.environment",
            r"^(?:export )?(?:SKYNET_(?:PORT|LISTEN_IP|CREDENTIALS_PATH)|BYPASS_AUTHORIZATION"
            r"|ENABLED_MODULES|ECHO_REQUESTS_BASE_URL|ASAP_PUB_KEYS_REPO_URL)=",
        ),
        (
            "opus.environment",
            r"^(?:export )?(?:PROVIDERS_PRIORITY|DEEPGRAM_MIP_OPT_OUT|DUMP_WEBSOCKET_MESSAGES"
            r"|ENABLE_OPENAI_CUSTOM_PROVIDER|BROADCAST_TRANSCRIPTS|DISPATCHER_WS_URL)="
            r"|\"name\"\s*:\s*\"opus-transcriber-proxy",
        ),
        (
            "rtcstats.environment",
            r"^(?:export )?RTCSTATS_(?:SERVICE_TYPE|S3_\w+|AMPLITUDE_KEY|FIREHOSE_\w+|MONGODB_\w+"
            r"|WEBHOOK_ENDPOINT|METADATA_\w+)=",
        ),
    )
)
#: By these a file of variables is a docker-jitsi-meet deployment's, whatever else is in it.
_DOCKER = re.compile(r"^#?(?:PUBLIC_URL|JVB_\w+|JICOFO_\w+|XMPP_\w+|HTTPS_PORT)=", re.M)


#: Kinds of files that are YAML. What looks like another kind inside of YAML is a part of it.
_YAML = (
    *("docker.compose", "prometheus.config", "loki.config", "otel.config"),
    *("helm.values", "kubernetes.manifests"),
)
#: Tags of a Helm template, which docker-jitsi-meet's own templates do not have.
_HELM = re.compile(
    r"\{\{-?\s*(?:[^}]{0,200}\.(?:Values|Release|Chart)\b|(?:include|define|template)\s+\")"
)
_SCRIPT = re.compile(r"\A(?:\ufeff)?#!\s*/\S*(?:sh|bash|python\S*|perl|env)\b")
#: Not files of a server, but what makes such files: how they look, what they are, what to give.
_MAKERS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        _HELM,
        "a template of a Helm chart",
        "give the chart's values, or what `helm template` makes of it",
    ),
    (
        re.compile(r"^-?\s*(?:hosts|tasks|roles|become):|^- name:.*\n\s+[\w.]+:", re.M),
        "a playbook or a list of tasks of Ansible",
        "give the files that it writes, or the templates of its role one by one",
    ),
)


def maker(path: str, sample: str) -> tuple[str, str] | None:
    """What a file is that only makes a server's files, and what to give instead; ``None`` if it
    is no such file."""
    if _is_script(path, sample):
        return "a script", "give the files that it writes, or audit the server on which it ran"
    suffix = PurePosixPath(path).suffix
    if suffix == ".tf":
        return "of Terraform", "give the files that it puts on a server, one by one"
    if suffix not in (".yml", ".yaml", ".tpl"):
        return None
    return next(((what, give) for pattern, what, give in _MAKERS if pattern.search(sample)), None)


def _is_script(path: str, sample: str) -> bool:
    if PurePosixPath(path).suffix in (".sh", ".bash"):
        return True
    return _SCRIPT.match(sample) is not None and plan.recognise(path) is None


def _of_variables(name: str, sample: str) -> Step | None:
    """The program whose variables these are, where the file's name does not tell."""
    if not name.endswith((".env", ".jsonc", ".json", "env.example", ".env.example")):
        return None
    if _DOCKER.search(sample):
        return None
    found = (source for source, pattern in _VARIABLES if pattern.search(sample))
    return next((plan.step(source) for source in found), None)


def by_kind(kind: str) -> Step:
    """The step that ``--kind`` names. Raises UsageError with the nearest names."""
    steps = {step.name: step for step in plan.full_plan() if step.kind in ("files", "command")}
    if kind in steps:
        return steps[kind]
    near = get_close_matches(kind, steps, n=3, cutoff=0.4)
    raise UsageError(
        f"there is no kind of file '{kind}'",
        hint=f"did you mean {', '.join(near)}?" if near else "selfhost collect --plan lists them",
    )


#: What the name of a template or a sample ends with.
_UNFILLED = re.compile(
    r"(?:\.(?:j2|jinja2?|tpl|tmpl|gotmpl|ctmpl|template|erb|in|dist|sample|example|orig|bak))+$",
    re.I,
)
#: A page that holds the client's settings itself, or adds to them.
_HOLDS = re.compile(r"\bconfig\s*=\s*\{")
_HOSTS = re.compile(r"""\b(?:hosts|bosh|websocket)["']?\s*:""")
_ADDS = re.compile(r"(?<![\w.$])config\.(\w+)(?:\.\w+)*\s*=(?!=)")


def second(step: Step, sample: str) -> Step | None:
    """What a page is besides a page: settings of the client, its own or those it embeds with."""
    if step.name != "web.page":
        return None
    adds = any(client_keys().knows((match[1],)) for match in _ADDS.finditer(sample))
    holds = _HOLDS.search(sample)
    if not (is_embedding(sample) or adds or (holds and _HOSTS.search(sample, holds.end()))):
        return None
    return plan.step("web.config")


def recognise(path: str, sample: str) -> Step | None:
    """The step of a file from its path and the beginning of its text; ``None`` if unknown."""
    pure = PurePosixPath(path)
    if _is_script(path, sample):
        return None
    if (
        plan.recognise(path) is None
        and is_embedding(sample)
        and not path.endswith((".md", ".d.ts"))
    ):
        page = re.search(r"(?i)<(?:html|script)\b", sample)
        return plan.step("web.page" if page else "web.config")
    variables = _of_variables(pure.name.lower(), sample)
    if variables is not None:
        return variables
    if pure.name.lower() in AMBIGUOUS:
        for step in plan.full_plan():
            for place in step.places if step.kind == "files" else ():
                if PurePosixPath(place).parts[-2:] == pure.parts[-2:]:
                    return step
    else:
        named = plan.recognise(path)
        if named is not None:
            return named
    yaml = pure.suffix in (".yml", ".yaml")
    for name, pattern in _CONTENT:
        if yaml and name not in _YAML:
            continue
        if pattern.search(sample):
            if name == "kubernetes.manifests" and _HELM.search(sample):
                return None
            return plan.step(name)
    return plan.recognise(path) or plan.recognise(_UNFILLED.sub("", path))
