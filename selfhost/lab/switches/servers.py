"""What an admin may do to the web server and the relay."""

from selfhost.lab.switches.model import switch

_NGINX = "/etc/nginx/sites-available/meet.example.test.conf"
_TURN = "/etc/turnserver.conf"
_RELOAD = "systemctl reload nginx"


def _inside(line: str) -> str:
    """A line in the site's TLS server."""
    return f"sed -i '0,/listen 443[^;]*;/s##&\\n    {line}#' {_NGINX} && {_RELOAD}"


SERVERS = (
    switch(
        "nginx-access-log",
        "a log of who was in which room",
        "sed -i '0,/access_log off;/s//access_log \\/var\\/log\\/nginx\\/rooms.log;/'"
        f" $(grep -rl 'access_log off;' /etc/nginx/sites-available /etc/nginx/snippets) && {_RELOAD}",
        off=_RELOAD,
    ),
    switch(
        "nginx-content-injection",
        "a script put into every page",
        _inside(
            'location = \\/x.html { sub_filter \\"<\\/head>\\" \\"<script src=\\/\\/t.example.com\\/x.js><\\/script>\\"; }'
        ),
        off=_RELOAD,
    ),
    switch(
        "nginx-content-security-policy",
        "pages without a policy",
        f"sed -i '/Content-Security-Policy/d' /etc/nginx/snippets/selfhost-headers.conf && {_RELOAD}",
        "web-embedding",
        off=_RELOAD,
    ),
    switch(
        "web-embedding",
        "meetings in the page of anybody",
        "sed -i 's/frame-ancestors [^;\"]*/frame-ancestors */'"
        f" /etc/nginx/snippets/selfhost-headers.conf && {_RELOAD}",
        off=_RELOAD,
    ),
    switch(
        "nginx-foreign-proxy",
        "requests passed on to a third party",
        _inside(
            "location = \\/rtcstats { set $to rtcstats.example.com; proxy_pass https:\\/\\/$to; }"
        ),
        off=_RELOAD,
    ),
    switch(
        "coturn-open-relay", "a relay for inner networks", f"sed -i '/^denied-peer-ip/d' {_TURN}"
    ),
    switch("coturn-secret-readable", "the relay's secret for everybody", f"chmod 644 {_TURN}"),
    switch("coturn-verbose-log", "every relayed connection in the log", f"echo verbose >> {_TURN}"),
    switch("coturn-metrics", "the relay's figures", f"echo prometheus >> {_TURN}"),
    switch(
        "coturn-console",
        "the relay's console for everybody",
        f"sed -i '/^no-cli/d' {_TURN} && printf 'cli-ip=0.0.0.0\\ncli-password=x\\n' >> {_TURN}",
    ),
    switch(
        "nginx-cross-origin",
        "answers that other sites may read",
        _inside("location = \\/open { add_header Access-Control-Allow-Origin *; }"),
        *("nginx-content-security-policy", "web-embedding"),  # a header ends what is inherited
        off=_RELOAD,
    ),
    switch(
        "nginx-focus-proxy",
        "the focus's interface for everybody",
        _inside("location \\/focus\\/ { proxy_pass http:\\/\\/127.0.0.1:8888\\/; }"),
        off=_RELOAD,
    ),
    switch(
        "nginx-provider-proxy",
        "a company before the server",
        _inside("real_ip_header CF-Connecting-IP;"),
        off=_RELOAD,
    ),
    switch(
        "nginx-tenant-configuration",
        "other settings at another address",
        _inside(
            "location = \\/sales\\/config.js { alias \\/etc\\/jitsi\\/meet\\/sales-config.js; }"
        ),
        off=_RELOAD,
    ),
)
