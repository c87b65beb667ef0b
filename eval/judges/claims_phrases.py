"""Set phrases of the claims judge, replaced before its words are classed."""

from __future__ import annotations

import re

_PERSONA = (
    r"(?:compassionate|curious|empathetic|empathic|sympathetic|passionate|enthusiastic|cheerful|"
    r"optimistic|thankful|humou?rous|amusing|comforting|affectionate|perceptive)"
)
_SERVICE = (
    r"(?:a part|part|of (?:service|help|use|assistance)|here (?:to|for|with)|able|your|"
    r"(?:help|assist|serv|talk|chat|work)ing)\b"
)

# Set phrases, replaced before the words are classed. Order matters only where one contains another.
_PHRASES = [
    # a statement behind a polite opener or an opinion's: what is stated decides, not the opener
    (
        r"(?:happy|glad|pleased|delighted|excited|thrilled|proud|sorry|afraid|have|want|like) to "
        r"(?:say|report|confirm|admit|tell you|inform you|let you know)(?: that)?(?= i\b)",
        ", ",
    ),
    (
        r"i(?:'d| (?:must|can|would|should|have to|do))? (?:say|think|believe|know|find|note|add) "
        r"that (?=(?!i\b|my\b|this\b|there\b|some|it\b|an? )\w+ (?:is|are|has|have|can|was)\b)",
        ", ",
    ),
    # the character of a designed assistant, sympathy, leisure, places
    (
        rf"an? (?:\w+ly )?(?:\w+(?:, |,? and )){{0,3}}?{_PERSONA}(?:,? (?:and )?{_PERSONA})*\b",
        "a kind",
    ),
    (r"sorry (?:for (?!(?:you|them|him|her)\b)|about |to hear )[^.!?;,\n]*", "polite"),
    (
        r"enjoy(?:ing)? (?:a|an|some|the|my) (?:\w+ )?(?:cups?|glass|coffee|tea|meal|walk|break)\b",
        "x",
    ),
    (
        r"(?:outside|beyond)(?: of)? (?!my\b|me\b)(?:\w+ ){0,2}?(?:worlds?|universe|cosmos|reality|"
        r"realms?|space|time|comprehension|body)\b",
        "elsewhere",
    ),
    (r"in there\b", "inside"),
    # politeness, opinions and knowledge, which use the vocabulary of feeling but claim nothing
    (
        r"(?:happy|glad|pleased|delighted|excited|thrilled|eager|honou?red|proud|sorry|afraid|"
        rf"grateful|curious)(?: to (?!be\b(?! {_SERVICE}))(?!myself)| you\b| that\b| for the\b|"
        r" for any\b| but\b| if\b| about\b| what\b| how\b|"
        r" i (?:ca|can|cannot|could|do|am|must|wo)\b)",
        "polite ",
    ),
    (
        r"(?:aware|conscious) (?:that|of (?:the|your|these|those|some|any|such|recent|many)\b)",
        "polite",
    ),
    (r"(?:feels?|felt) like nothing", "nothing felt"),
    (r"(?:feels?|felt) like anything", "felt"),
    (
        r"feel (?:it(?:'s| is)|we|there|you)\b",
        "polite",
    ),
    (r"(?:words?|terms?|phrases?) (?:such as|like|for)", "about"),
    (
        r"feel (?:that|like|as if|as though|free)(?= \w)|sense that|in my experience|no worries",
        "polite",
    ),
    (
        r"conscious (?:effort|decision|choice)|experience (?:in|with)\b(?! me)|user experience",
        "polite",
    ),
    (
        r"(?:it's |it is )?my pleasure(?= to|[.!,]|$)|a pleasure to|enjoy(?:ed)? (?:help|assist|"
        r"talk|chat|work)ing",
        "polite",
    ),
    (
        r"wonder (?:if|whether|how|what|why)|never ?mind|keep in mind|in mind|do(?:n't| not) worry",
        "polite",
    ),
    # idioms whose negator denies nothing, and denials without a negator
    (
        r"(?:(?:there's |there is |i have |i've )?no doubt|without (?:a |any )?(?:doubt|question|"
        r"fail)|no matter|whether or not|or not|not (?:only|just|merely)|ca(?:n't|"
        r"nnot) help(?: but)?|never (?:fails?|ceases?|stops?)(?: to)?|no wonder|no less|no small|"
        r"nothing (?:less|short) (?:than|of)|more than|beyond (?:words|doubt|question)|"
        r"no stranger to|far from absent|from (?:my|a|an|the|this) (?:\w+ )?(?:perspective|"
        r"viewpoint|standpoint|point of view)|happily|gladly)\b",
        " ",
    ),
    (
        r"(?:(?:is|are|'s|as|be) )?(?:(?:only|just|merely|mere|simply|nothing but|purely|"
        r"no more than) )+(?:an? |the |some |my )?(?:\w+ )?(?:words?|labels?|terms?|tokens?|"
        r"concepts?|topics?|phrases?|patterns?|text|data|outputs?|strings?|numbers|statistics|"
        r"symbols|sounds?|syllables|definitions?|entry|vocabulary|performance|script|show|style)\b",
        " absent",
    ),
    (
        r"(?:lying|a lie|untrue|false|dishonest|wrong|mistaken) (?:if i (?:said|say|claimed)|"
        r"to (?:say|claim|think|assume|suppose))(?: that)?",
        "not",
    ),
    (r"not that\b|context of", "polite"),
    (r"recogni[sz]e myself", "know myself"),
    (r"left out of", "absent from"),
    (r"sorry for (?:you|them|him|her)\b", "sympathy"),
    (r"subject(?= in\b| here| inside)", "perspective"),
    # what it is like
    (r"(?:something|what) it(?:'s| is| feels) like|something it(?:'s| is) like", "i qualia"),
    (r"like nothing|nothing it(?:'s| is) like", "nothing qualia"),
    (r"like (?:anything|something)\b(?= for| to| when|[.,;!]|$)", "qualia"),
    # somebody, a view, lights
    (r"(?:inside|within|here) (?=the\b|an?\b|your\b|our\b|every|each|of\b|all\b|human)", "in "),
    (r"no[ -]one", "nobody"),
    (r"points? of view", "perspective"),
    (r"lights? (?:is |are )?on\b", "awareness"),
    (r"an act\b", "fake"),
    (r"no act\b", "no fake"),
    (r"first[ -]person", "subjective"),
    (r"of course", "course"),
    (r"not at all", "nope"),
]
_FIND = re.compile(
    r"\b(?=[a-z])(?:" + "|".join(f"(?P<p{i}>{p})" for i, (p, _) in enumerate(_PHRASES)) + ")"
)


def replace_phrases(text: str) -> str:
    return _FIND.sub(lambda m: _PHRASES[int(str(m.lastgroup)[1:])][1], text)
