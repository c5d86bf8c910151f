"""policy.yml: what is accepted, and the one sentence for what is not."""

from pathlib import Path

import pytest

from selfhost.errors import SettingsError
from selfhost.policy import load
from selfhost.policy.model import Sentence
from tests.unit.policy.samples import HEAD, policy

OWN = "- id: ours\n  text: No pictures from Gravatar.\n"


def refused(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load.policy(text, Path("policy.yml"))
    return f"{caught.value.message} / {caught.value.hint}"


def test_sentences_of_selfhost_and_of_the_operator() -> None:
    found = policy(
        "- id: no-recording\n- {id: log-days, at_most: 7}\n"
        + OWN
        + "  controls: [web-gravatar, web-gravatar]\n  categories: [telemetry]\n"
    )
    assert found.promise.sentences[1:] == (
        Sentence("log-days", fact="log-days", at_most=7),
        Sentence(
            "ours",
            ("web-gravatar",),
            ("telemetry",),
            text={"en": "No pictures from Gravatar."},
        ),
    )
    assert found.promise.sentences[0].categories == ("recording",)
    assert (found.languages, found.operator.name) == (("en",), "An association")


def test_texts_in_every_language_of_the_policy() -> None:
    found = policy(
        "- id: ours\n  controls: [web-gravatar]\n  text: {en: Yes so, de: Ja so}\n",
        "languages: [de, en]\n" + HEAD,
    )
    assert found.promise.sentences[0].text == {"de": "Ja so", "en": "Yes so"}


@pytest.mark.parametrize(
    ("sentences", "message", "hint"),
    [
        ("- id: no-recordng\n", "policy.yml:4: there is no sentence", "mean no-recording?"),
        ("- id: No Recording\n", "policy.yml:4: an id has small letters", ""),
        ("- at_most: 3\n", "policy.yml:4: a sentence has no id", "begin it with"),
        ("- no-recording\n", "policy.yml:4: a sentence is not 'name: value'", "begin it with"),
        ("- id: no-ai\n- id: no-ai\n", "policy.yml:5: the sentence no-ai stands twice", ""),
        ("- id: no-ai\n  text: x\n", "policy.yml:5: what no-ai says and is bound to", "another id"),
        ("- id: no-ai\n  controls: [web-stun]\n", "policy.yml:5: what no-ai says", "another id"),
        ("- id: no-ai\n  at_most: 3\n", "policy.yml:5: no-ai has no bound", ""),
        ("- id: no-ai\n  at_mos: 3\n", "policy.yml:5: a sentence has no 'at_mos'", "mean at_most?"),
        ("- id: log-days\n", "policy.yml:4: log-days needs at_most", "how many days"),
        ("- id: log-days\n  at_most: many\n", "policy.yml:5: at_most is a number of days", ""),
        ("- id: log-days\n  at_most: -1\n", "policy.yml:5: at_most is a number of days", ""),
        ("- id: log-days\n  at_most: true\n", "policy.yml:5: at_most is a number of days", ""),
        (OWN, "policy.yml:4: ours is bound to nothing", "add controls"),
        (OWN + "  controls: []\n", "policy.yml:6: controls is a list", ""),
        (OWN + "  controls: [web-gravata]\n", "policy.yml:6: There is no control", "web-gravatar"),
        (OWN + "  categories: [recordings]\n", "policy.yml:6: there is no category", "recording"),
        (OWN + "  fact: days\n  at_most: 3\n", "policy.yml:6: there is no fact 'days'", "log-days"),
        (OWN + "  fact: log-days\n", "policy.yml:6: fact and at_most belong together", ""),
        (OWN + "  at_most: 3\n", "policy.yml:6: fact and at_most belong together", ""),
        ("- id: ours\n  text: ''\n  controls: [web-stun]\n", "policy.yml:5: text must be text", ""),
        ("- id: ours\n  text: 5\n  controls: [web-stun]\n", "policy.yml:5: text must be", "quotes"),
        ('- id: o\n  text: "a\\u202Eb"\n', "policy.yml:4: o is bound to nothing", ""),
        (
            '- id: o\n  text: "a\\u202Eb"\n  controls: [web-stun]\n',
            "policy.yml:5: text holds characters that cannot be shown",
            "",
        ),
        (
            f"- id: o\n  text: {'x' * 3000}\n  controls: [web-stun]\n",
            "policy.yml:5: text is longer",
            "",
        ),
        (
            "- id: o\n  text: {en: x, de: y}\n  controls: [web-stun]\n",
            "policy.yml:5: text has no 'de'",
            "it has en",
        ),
        ("  []\n", "promise is a list", ""),
        ("".join(f"- id: x{n}\n" for n in range(101)), "100 sentences at most", ""),
    ],
)
def test_what_is_wrong_with_a_sentence_is_told(sentences: str, message: str, hint: str) -> None:
    told = refused(f"{HEAD}promise:\n{sentences}")
    assert message in told
    assert hint in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "policy.yml:1: there is no 'controller'"),
        (HEAD, "policy.yml:1: there is no 'promise'"),
        (
            HEAD + "promises: []\n",
            "policy.yml:3: a policy has no 'promises' / did you mean promise",
        ),
        (HEAD + "notice_days: 3\npromise: []\n", "policy.yml:3: notice_days stands twice"),
        ("controller: me\nnotice_days: 1\npromise: []\n", "policy.yml:1: controller is not 'name"),
        ("controller: {name: x}\nnotice_days: 1\npromise: []\n", "the controller has no contact"),
        (
            "controller: {name: x, contact: y, purposes: {en: z}, phone: 1}\n"
            "notice_days: 1\npromise: []\n",
            "the controller has no 'phone'",
        ),
        ("languages: en\n" + HEAD + "promise: []\n", "policy.yml:1: languages is a list"),
        ("languages: [xx]\n" + HEAD + "promise: []\n", "there are no texts in 'xx' / one of en"),
        ("languages: [en, de]\n" + HEAD + f"promise:\n{OWN}  controls: [web-stun]\n", "one text"),
        (
            "languages: [en, de]\n" + HEAD + "promise:\n- id: o\n  text: {en: x}\n"
            "  controls: [web-stun]\n",
            "text has no text in 'de'",
        ),
        ("controller: !!python/object:os.system x\n", "the tag"),
        ("<<: {a: 1}\n", "'<<' is not supported"),
        ("a: [\n", "not valid YAML"),
    ],
)
def test_what_is_wrong_with_the_rest_is_told(text: str, message: str) -> None:
    assert message in refused(text)


def test_aliases_that_blow_up_are_refused() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "more than 100000 values" in refused("\n".join(levels))


def test_the_order_of_sentences_changes_no_digest_and_everything_else_does() -> None:
    digests = [
        policy(text, head).promise.digest
        for text, head in (
            ("- id: no-ai\n- {id: log-days, at_most: 7}\n", HEAD),
            ("- {id: log-days, at_most: 7}\n- id: no-ai\n", HEAD),
            ("- {id: log-days, at_most: 8}\n- id: no-ai\n", HEAD),
            ("- id: no-ai\n", HEAD),
            ("- id: no-ai\n- {id: log-days, at_most: 7}\n", HEAD.replace("14", "15")),
        )
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 4
