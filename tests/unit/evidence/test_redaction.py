"""Secrets are replaced in every syntax, and nothing else is."""

import re

import pytest

from selfhost.evidence.collector.redactor import Redactor
from selfhost.evidence.collector.secrecy import secrecy
from selfhost.evidence.collector.syntax import syntax_of

KEY = b"k" * 32
CANARY = "c4n4rySECRETvalue"
MARK = re.compile(r"REDACTED_[0-9a-f]{8}")

#: source, path and a text with § in the place of a secret.
PLANTED = {
    "env": ("host.environment_files", "/etc/default/x", "JVB_AUTH_PASSWORD=§\n"),
    "env export": ("host.environment_files", "/etc/default/x", "export API_TOKEN='§'\n"),
    "env spaces": ("host.environment_files", "/etc/default/x", 'X_SECRET="a § b"\n'),
    "env after hash": ("host.environment_files", "/etc/default/x", "X_SECRET=ab#§\n"),
    "env commented": ("host.environment_files", "/etc/default/x", "#JICOFO_AUTH_PASSWORD=§\n"),
    "env base64": ("jigasi.environment", "/etc/jitsi/jigasi/config", "JIGASI_SIPPWD=§==\n"),
    "env default": ("docker.compose", "/compose.yml", "  A_PASSWORD: ${X_PASS:-§}\n"),
    "env multi-line": ("docker.environment", "/.env", 'APP_SECRET="one\n§\nthree"\nTZ=UTC\n'),
    "env numbered": ("docker.environment", "/.env", "OPENAI_API_KEY_2=§\n"),
    "env dsn": ("docker.environment", "/.env", "JVB_SENTRY_DSN=https://§@sentry.example.org/4\n"),
    "env punctuation": ("docker.environment", "/.env", "ADMIN_PASSWORD=$(§;`,|&x\n"),
    "properties": ("jigasi.config", "/x.properties", "org.jitsi.jigasi.xmpp.acc.PASS=§\n"),
    "properties colon": ("jigasi.config", "/x.properties", "acc1.PASSWORD: §\n"),
    "properties space": ("jigasi.config", "/x.properties", "acc1.PASSWORD §\n"),
    "properties continued": ("jigasi.config", "/x.properties", "a.PASSWORD=x\\\n  §\nb=1\n"),
    "properties words": ("jigasi.config", "/x.properties", "a.PASSWORD=one, § two\n"),
    "hocon": ("jicofo.config", "/jicofo.conf", 'client { password = "§", username = "focus" }\n'),
    "hocon bare": ("videobridge.config", "/jvb.conf", "  PASSWORD=§\n  MUC_JIDS=a\n"),
    "hocon bare colon": ("videobridge.config", "/jvb.conf", "{ PASSWORD: §, DOMAIN: d }\n"),
    "hocon triple": ("jicofo.config", "/jicofo.conf", 'password = """a\n§\nb"""\nx = 1\n'),
    "hocon path": ("jicofo.config", "/jicofo.conf", 'jicofo.xmpp.client.password="§"\n'),
    "hocon header": (
        "jicofo.config",
        "/jicofo.conf",
        'transcription { http-headers { "X-Anything" = "§" } }\n',
    ),
    "hocon header path": ("jicofo.config", "/j.conf", 'translation.http-headers.X-Any = "§"\n'),
    "hocon list": ("jicofo.config", "/jicofo.conf", 'api-keys = [ "a1", "§" ]\n'),
    "hocon authorization": (
        "jicofo.config",
        "/jicofo.conf",
        'http-headers { Authorization = "Bearer §" }\n',
    ),
    "lua": ("prosody.config", "/prosody.cfg.lua", 'external_service_secret = "§";\n'),
    "lua single": ("prosody.config", "/prosody.cfg.lua", "app_secret='§'\n"),
    "lua long": ("prosody.config", "/prosody.cfg.lua", "app_secret = [==[\n§]==]\n"),
    "lua index": ("prosody.config", "/prosody.cfg.lua", 'x = { ["secret"] = "§" }\n'),
    "lua concatenation": ("prosody.config", "/p.cfg.lua", 'app_secret = "a" .. "§"\n'),
    "lua next line": ("prosody.config", "/p.cfg.lua", 'app_secret =\n  "§"\n'),
    "lua fallback": ("prosody.config", "/p.cfg.lua", 'app_secret = os.getenv("X") or "§"\n'),
    "lua table": ("prosody.config", "/p.cfg.lua", 'passwords = {\n  a = "§";\n}\n'),
    "lua comment": ("prosody.config", "/p.cfg.lua", '--app_secret="§";\n'),
    "lua service": (
        "prosody.config",
        "/p.cfg.lua",
        'external_services = { { type = "turn", host = "h", secret = "§" } }\n',
    ),
    "js": ("web.config", "/config.js", "var config = { rtcApiKey: '§', x: 1 };\n"),
    "js assigned": ("web.config", "/config.js", 'config.watchRTC.rtcToken = "§";\n'),
    "js index": ("web.config", "/config.js", "config['apiKey'] = '§';\n"),
    "js template": ("web.config", "/config.js", "config.apiKey = `§`;\n"),
    "js comment": ("web.config", "/config.js", "// appKey: '§'\n"),
    "js sum": ("web.config", "/config.js", "var x = { secret: 'a' + '§' };\n"),
    "js ternary": ("web.config", "/config.js", "var x = { secret: y ? '§' : '' };\n"),
    "js next line": ("web.config", "/config.js", "var x = { secret:\n '§' };\n"),
    "js minified": ("web.config", "/config.js", 'var config={a:1,"password":"§",b:{token:"§"}};'),
    "json": ("docker.compose", "/x.json", '{"token": "§", "n": 1}\n'),
    "json escaped": ("docker.compose", "/x.json", '{"token": "a\\"§"}\n'),
    "json name and value": ("docker.compose", "/x.json", '{"name":"A_PASSWORD","value":"§"}\n'),
    "nginx header": (
        "nginx.effective",
        "$ nginx -T",
        'proxy_set_header Authorization "Bearer §";\n',
    ),
    "nginx bare": ("nginx.effective", "$ nginx -T", "  proxy_set_header X-Api-Key §;\n"),
    "nginx set": ("nginx.effective", "$ nginx -T", "set $api_key §;\n"),
    "nginx directive": ("nginx.effective", "$ nginx -T", "secure_link_secret §;\n"),
    "nginx query": ("nginx.effective", "$ nginx -T", "proxy_pass https://h/x?token=§&a=b;\n"),
    "turnserver": ("coturn.config", "/etc/turnserver.conf", "static-auth-secret=§\n"),
    "turnserver space": ("coturn.config", "/etc/turnserver.conf", "cli-password §\n"),
    "turnserver user": ("coturn.config", "/etc/turnserver.conf", "user=someone:§\n"),
    "turnserver database": (
        "coturn.config",
        "/etc/turnserver.conf",
        'psql-userdb="host=h dbname=d user=u password=§ connect_timeout=3"\n',
    ),
    "yaml": ("docker.compose", "/compose.yml", "    JVB_AUTH_PASSWORD: §\n"),
    "yaml list": ("docker.compose", "/compose.yml", "      - API_KEY=§\n"),
    "yaml quoted": ("docker.compose", "/compose.yml", '      - "API_KEY=a §"\n'),
    "yaml block": ("docker.compose", "/compose.yml", "  secret: |\n    one\n    §\n  next: 1\n"),
    "yaml pair": ("docker.compose", "/compose.yml", "- name: A_TOKEN\n  value: §\n"),
    "yaml command": ("docker.compose", "/compose.yml", "  command: run --api-key § --port 1\n"),
    "xml": ("host.cron", "/x.xml", "<password>§</password>\n"),
    "xml attribute": ("host.cron", "/x.xml", '<login password="§"/>\n'),
    "xml pair": ("host.cron", "/x.xml", '<property name="secret" value="§"/>\n'),
    "unit": ("host.unit_overrides", "/x.conf", 'Environment="A_TOKEN=§ x" "B=1"\n'),
    "unit bare": ("host.unit_overrides", "/x.conf", "Environment=A_TOKEN=§\n"),
    "unit command": ("host.unit_overrides", "/x.service", "ExecStart=/bin/x --password § -v\n"),
    "unit property": ("host.unit_overrides", "/x.service", "ExecStart=java -Dx.password=§ y\n"),
    "cron header": ("host.cron", "/c", "* * * * * r curl -H 'Authorization: Basic §' https://h\n"),
    "cron user": ("host.cron", "/c", "* * * * * r curl -u me:§ https://h/x\n"),
    "url": ("host.cron", "/c", "* * * * * r curl https://me:§@h.example.org/x\n"),
    "url any key": ("jicofo.config", "/j.conf", 'url-template = "wss://u:§@h/x?room={{ID}}"\n'),
    "url query": ("jicofo.config", "/j.conf", 'url-template = "wss://h/x?room=1&sig=§"\n'),
    "rtmp": ("host.cron", "/c", "* * * * * r ffmpeg -i x rtmp://a.example.org/live2/§\n"),
    "jwt": ("web.config", "/config.js", "x: 'eyJhbGciOiJI.eyJ§.§'\n"),
    "vendor key": ("web.config", "/config.js", "x: 'sk-proj-§abcdefgh'\n"),
    "pem": (
        "nginx.effective",
        "$ nginx -T",
        "-----BEGIN PRIVATE KEY-----\nMII§\nabc§\n-----END PRIVATE KEY-----\n",
    ),
    "pem commented": (
        "prosody.config",
        "/p.cfg.lua",
        "-- -----BEGIN RSA PRIVATE KEY-----\n-- MII§\n-- -----END RSA PRIVATE KEY-----\n",
    ),
    "pem in a string": (
        "docker.compose",
        "/x.json",
        '{"k": "-----BEGIN PRIVATE KEY-----\\nMII§\\n-----END PRIVATE KEY-----\\n"}',
    ),
    "pem without end": ("host.cron", "/c", "-----BEGIN EC PRIVATE KEY-----\nMII§\n§\n"),
    "crlf": ("host.environment_files", "/etc/default/x", "A_SECRET=§\r\nB=1\r\n"),
    "unterminated": ("web.config", "/config.js", "var x = { secret: '§\n};\n"),
}

#: Texts that must come out as they went in.
KEPT = {
    "words of a manifest": (
        "kubernetes.manifests",
        "/manifests.yaml",
        "kind: ConfigMap\ndata:\n  a: b\n---\nkind: Deployment\nspec:\n  env:\n  - name: A\n"
        "    value: b\n  - value: c\n    name: ENABLE_RECORDING\n",
    ),
    "a secret's neighbours": (
        "kubernetes.manifests",
        "/manifests.yaml",
        "items:\n- kind: ConfigMap\n  data:\n    a: b\n- kind: Secret\n  metadata:\n    name: c\n"
        "- kind: ConfigMap\n  data:\n    d: e\n",
    ),
    "secrets of a compose file by name": (
        "docker.compose",
        "/compose.yml",
        "services:\n  a:\n    secrets:\n      - db\nsecrets:\n  db:\n    file: ./db.txt\n",
    ),
    "commands": (
        "host.cron",
        "/etc/cron.d/x",
        "0 1 * * * root mysqldump -P 3306 -u root db; ldapsearch -x -b dc=x; curl -fsSL -o /x "
        "https://h.example.org/x\n0 2 * * * root echo 'done' | logger -p user.info\n",
    ),
    "remarks on secrets": (
        "host.cron",
        "/etc/cron.d/x",
        "# the password is kept in a vault; the token is optional (see token(s) below)\n",
    ),
    "nginx map of visitors": (
        "nginx.effective",
        "$ nginx -T",
        'map $http_upgrade $connection_upgrade { default upgrade; "" close; }\n'
        "map $arg_vnode $prosody_node { default prosody; v1 v1; }\n",
    ),
    "a page's attributes": (
        "web.page",
        "/x.html",
        '<script data-auth="true" src="libs/app.bundle.min.js?v=1"></script>\n',
    ),
    "an address in a script": ("web.config", "/c.js", "x: 'https://h/?token=' + jwt, y: 'abc',\n"),
    "hocon words": ("jicofo.config", "/j.conf", 'a { tls { key-path = /x, store = "a" "b" } }\n'),
    "a remark above a setting": (
        "prosody.config",
        "/p.cfg.lua",
        '-- for authentication = "token":\n--app_id="example_app_id"\n',
    ),
    "a heading": ("nginx.effective", "$ nginx -T", "\t# Basic Settings\n"),
    "link template": ("web.config", "/config.js", "tokenAuthUrl: 'https://x/?room={room}',\n"),
    "switches": ("web.config", "/config.js", "requireConsent: true, enableTokenX: false,\n"),
    "third party": ("web.config", "/config.js", "config.disableThirdPartyRequests = true;\n"),
    "empty": ("web.config", "/config.js", "secret: '', token: null, apiKey: undefined,\n"),
    "call": ("web.config", "/config.js", "token: getToken(jwt), key: localStorage.key(0),\n"),
    "certificate key": ("nginx.effective", "$ nginx -T", "ssl_certificate_key /etc/x.key;\n"),
    "nginx words": (
        "nginx.effective",
        "$ nginx -T",
        "server_tokens off;\nproxy_pass http://127.0.0.1:5280/http-bind;\n"
        "fastcgi_pass unix:/run/x.sock;\nproxy_cache_key $scheme$host$uri;\n"
        "auth_basic_user_file /etc/nginx/.htpasswd;\nproxy_set_header Cookie $http_cookie;\n"
        "proxy_set_header Authorization $http_authorization;\n",
    ),
    "nginx log that leaves tokens out": (
        "nginx.effective",
        "$ nginx -T",
        'map $request_uri $shown {\n  "~*(?<p>.*)(?<n>jwt|token)=[^&]*" "$p$n=";\n}\n'
        "log_format jitsi_log '$remote_addr \"$http_cookie\" $shown $request_time';\n",
    ),
    "authentication": ("prosody.config", "/p.cfg.lua", 'authentication = "internal_hashed"\n'),
    "prosody switches": (
        "prosody.config",
        "/p.cfg.lua",
        "c2s_require_encryption = true\nallow_empty_token = false\nsecure_domains = { }\n"
        'key = "/etc/prosody/certs/x.key";\nasap_key_server = "https://keys.example.org/asap"\n'
        'modules_enabled = { "token_verification", "muc_password_whitelist" }\n'
        'VirtualHost "auth.meet.example.org"\n  ssl = { key = "/var/lib/prosody/a.key" }\n',
    ),
    "hash algorithm": ("prosody.config", "/p.cfg.lua", 'password_hash_algorithm = "SHA-256"\n'),
    "jicofo": (
        "jicofo.config",
        "/jicofo.conf",
        'authentication { enabled = false, type = JWT, login-url = "meet.example.org" }\n'
        "password = ${JICOFO_AUTH_PASSWORD}\nusername = focus\n"
        'transcription { url-template = "wss://asr.example.com/x/{{MEETING_ID}}" }\n'
        "tokens-per-minute = 60\n",
    ),
    "docker": (
        "docker.environment",
        "/.env",
        "ENABLE_AUTH=1\nAUTH_TYPE=jwt\nJWT_ALLOW_EMPTY=0\nTOKEN_AUTH_URL=https://x/{room}\n"
        "GOOGLE_APPLICATION_CREDENTIALS=/config/key.json\nJVB_AUTH_PASSWORD=\n"
        "XMPP_AUTH_DOMAIN=auth.meet.jitsi\nJWT_ASAP_KEYSERVER=https://k.example.org/\n",
    ),
    "compose": (
        "docker.compose",
        "/compose.yml",
        "      - JVB_AUTH_PASSWORD\n      - X_TOKEN=${X_TOKEN}\n    ports: ['443:443']\n",
    ),
    "coturn": (
        "coturn.config",
        "/etc/turnserver.conf",
        "use-auth-secret\npkey=/etc/jitsi/meet/x.key\nlt-cred-mech\nno-cli\nuser-quota=12\n",
    ),
    "packages": ("host.packages", "$ dpkg-query -W", "ii \tlibsecret-1-0\t0.20.5-3\tamd64\n"),
    "units": (
        "host.units",
        "$ systemctl list-units",
        "systemd-ask-password-wall.path loaded active waiting Forward Password Requests: Wall\n",
    ),
    "urls": (
        "web.config",
        "/config.js",
        "a: 'https://h.example.org:8443/x@y', b: 'stun:h:443', c: 'wss://h/ws?room=a',\n",
    ),
}


def redacted(source: str, path: str, text: str) -> str:
    return Redactor(KEY).content(text.encode(), syntax_of(source, path)).decode()


@pytest.mark.parametrize("name", PLANTED)
def test_a_secret_is_replaced_and_every_line_stays(name: str) -> None:
    source, path, template = PLANTED[name]
    text = template.replace("§", CANARY)
    shown = redacted(source, path, text)
    assert CANARY not in shown
    assert MARK.search(shown)
    assert shown.count("\n") == text.count("\n")
    assert shown.count("\r") == text.count("\r")


@pytest.mark.parametrize("name", KEPT)
def test_what_is_no_secret_stays(name: str) -> None:
    source, path, text = KEPT[name]
    assert redacted(source, path, text) == text


def test_a_long_number_is_a_secret_and_a_short_one_a_switch() -> None:
    shown = redacted("web.config", "/config.js", "x = { secret: 1234567, maxTokens: 12, pin: 1 };")
    assert re.fullmatch(r"x = \{ secret: REDACTED_\w{8}, maxTokens: 12, pin: 1 \};", shown)
    assert redacted("docker.environment", "/.env", "A_TOKEN=1234\n") == "A_TOKEN=1234\n"


def test_only_the_secret_part_of_an_address_goes() -> None:
    def url(text: str) -> str:
        return MARK.sub("*", redacted("docker.environment", "/.env", f"X={text}\n"))[2:-1]

    assert (
        url("https://me:pa55@h.example.org:8443/x?a=1") == "https://me:*@h.example.org:8443/x?a=1"
    )
    assert (
        url("wss://h.example.org/x?room=1&token=abc&b=2")
        == "wss://h.example.org/x?room=1&token=*&b=2"
    )
    assert url("rtmp://a.example.org/live2/abcd-efgh") == "rtmp://a.example.org/live2/*"
    assert url("redis://:p/a@ss@h.example.org:6379/0") == "redis://:*@h.example.org:6379/0"
    dsn = redacted("docker.environment", "/.env", "SENTRY_DSN=https://abc123@h.example.org/4\n")
    assert MARK.sub("*", dsn) == "SENTRY_DSN=https://*@h.example.org/4\n"
    hook = redacted("docker.environment", "/.env", "X_SECRET=https://h.example.org/T0/abc\n")
    assert MARK.sub("*", hook) == "X_SECRET=https://h.example.org/*\n"


def test_the_same_secret_has_the_same_mark_in_every_syntax_and_run_keys_differ() -> None:
    texts = (
        ("jicofo.config", "/jicofo.conf", f'password = "{CANARY}"\n'),
        ("prosody.config", "/p.cfg.lua", f"jicofo_password = '{CANARY}'\n"),
        ("host.environment_files", "/x", f"JICOFO_AUTH_PASSWORD={CANARY}\n"),
        ("host.unit_overrides", "/x", f"ExecStart=/x --password {CANARY}\n"),
    )
    marks = {MARK.findall(redacted(*text))[0] for text in texts}
    assert len(marks) == 1
    assert Redactor(b"other").mark(CANARY) not in marks
    assert Redactor(KEY).mark(CANARY + "x") not in marks


def test_redacting_again_changes_nothing() -> None:
    for source, path, template in PLANTED.values():
        once = redacted(source, path, template.replace("§", CANARY))
        assert redacted(source, path, once) == once


def test_bytes_that_are_not_utf8_stay() -> None:
    raw = b"a = \xff\xfe\nsecret=\xffabc\n\x80"
    shown = Redactor(KEY).content(raw, "lines")
    assert shown.startswith(b"a = \xff\xfe\nsecret=REDACTED_")
    assert shown.endswith(b"\n\x80")


def test_command_lines() -> None:
    def line(*arguments: str) -> list[str]:
        return [MARK.sub("*", a) for a in Redactor(KEY).arguments(list(arguments))]

    assert line("x", "--password", CANARY, "--port", "1") == ["x", "--password", "*", "--port", "1"]
    assert line("x", f"--api-key={CANARY}") == ["x", "--api-key=*"]
    assert line("java", f"-Dx.y.PASSWORD={CANARY}", "-Dconfig.file=/etc/x.conf") == [
        "java",
        "-Dx.y.PASSWORD=*",
        "-Dconfig.file=/etc/x.conf",
    ]
    assert line("curl", "-u", f"me:{CANARY}", "-H", f"Authorization: Bearer {CANARY}") == [
        "curl",
        "-u",
        "me:*",
        "-H",
        "Authorization: *",
    ]
    assert line("sshpass", f"-p{CANARY}", "ssh") == ["sshpass", "-p*", "ssh"]
    assert line("/usr/bin/sshpass", "-p", CANARY, "ssh") == ["/usr/bin/sshpass", "-p", "*", "ssh"]
    assert line("mysqldump", f"-p{CANARY}", "-p", "db") == ["mysqldump", "-p*", "-p", "db"]
    assert line("redis-cli", "-a", CANARY, "ping") == ["redis-cli", "-a", "*", "ping"]
    assert line("ldapsearch", "-w", CANARY, "-x") == ["ldapsearch", "-w", "*", "-x"]
    assert line("nginx", "-p", "/etc/nginx", "-a", "b") == ["nginx", "-p", "/etc/nginx", "-a", "b"]
    register = ["lua5.4", "/usr/bin/prosodyctl", "register", "focus", "auth.example.org"]
    assert line(*register, CANARY) == [*register, "*"]
    assert line("x", "--token", "--verbose") == ["x", "--token", "--verbose"]
    assert CANARY not in "".join(line("sh", "-c", f"A_TOKEN={CANARY} b; c --secret {CANARY} d"))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("password", 2),
        ("JICOFO_AUTH_PASSWORD", 2),
        ("static-auth-secret", 2),
        ("org.jitsi.jigasi.xmpp.acc.PASS", 2),
        ("amplitudeAPPKey", 2),
        ("OPENAI_API_KEY", 2),
        ("SENTRY_DSN", 2),
        ("token_2", 2),
        ("key", 1),
        ("auth", 1),
        ("tokenAuthUrl", 0),
        ("password_hash_algorithm", 0),
        ("ssl_certificate_key", 0),
        ("proxy_pass", 0),
        ("bypass", 0),
        ("authentication", 0),
        ("monkey", 0),
    ],
)
def test_keys(key: str, expected: int) -> None:
    assert secrecy(key) == expected


@pytest.mark.parametrize("syntax", ["js", "lua"])
def test_programs_still_parse(syntax: str) -> None:
    import tree_sitter
    import tree_sitter_javascript
    import tree_sitter_lua

    module = {"js": tree_sitter_javascript, "lua": tree_sitter_lua}[syntax]
    parser = tree_sitter.Parser(tree_sitter.Language(module.language()))
    for name, (source, path, template) in PLANTED.items():
        if not path.endswith(syntax) or "unterminated" in name:
            continue
        text = template.replace("§", CANARY)
        before = parser.parse(text.encode()).root_node.has_error
        shown = redacted(source, path, text)
        assert parser.parse(shown.encode()).root_node.has_error == before, shown
