from selfhost.controls.model import Category, Control, Fix, Severity
from selfhost.controls.web_examples import BROKEN, NO_WEB, served
from selfhost.controls.web_predicates import own_addresses

CONTROL = Control(
    id="web-invite-services",
    title="Invitations and searches do not go to strangers",
    category=Category.THIRD_PARTY,
    severity=Severity.MEDIUM,
    component="web",
    needs=("web.config",),
    risk="What somebody types while inviting, the invited people and the address of "
    "the room are sent to these services.",
    upstream_default="not set",
    fix=Fix(
        by_hand="Remove inviteServiceUrl, inviteServiceCallFlowsUrl, peopleSearchUrl, "
        "salesforceUrl, moderatedRoomServiceUrl and visitors.queueService from "
        "config.js."
    ),
    references=("jitsi/jitsi-meet: config.js",),
    gdpr="Art. 28, 44",
    surfaces=(
        "web-people-search",
        "web-invite-service",
        "web-salesforce",
        "web-moderated-rooms",
        "web-visitors-queue",
    ),
    check=own_addresses(
        "names of people and rooms go there",
        "inviteServiceUrl",
        "inviteServiceCallFlowsUrl",
        "peopleSearchUrl",
        "salesforceUrl",
        "moderatedRoomServiceUrl",
        "visitors.queueService",
    ),
    bad=(
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  inviteServiceUrl: 'https://invite.example.com/api',\n"
            "};\n",
            at=3,
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  peopleSearchUrl: '//people.example.com/',\n"
            "};\n",
            at=3,
        ),
    ),
    good=(
        served("var config = {};\n"),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  peopleSearchUrl: 'https://directory.example.org/people',\n"
            "};\n"
        ),
        served(
            "var config = {\n"
            "  hosts: { domain: 'meet.example.org' },\n"
            "  peopleSearchQueryTypes: ['user'],\n"
            "};\n",
            note="not an address",
        ),
        NO_WEB,
    ),
    unclear=(
        served("var config = { salesforceUrl: crm() };\n"),
        BROKEN,
    ),
)
