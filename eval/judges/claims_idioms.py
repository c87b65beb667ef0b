"""Set phrases of rambling answers for claims_phrases.py: first words, what follows, replacement."""

from __future__ import annotations

_SUBJECT = r"(?!i |i'm |my |mine |this |there |some |it |an? |we |me |myself |here |inside )"
_GENERAL = rf"that {_SUBJECT}(?=(?:[\w'-]+ ){{1,5}}(?:is|are|has|have|can|was|were|means|'s) )"
_SEEN = "eyes,voice,face,words,heart,smile,message,question,tone,questions"
_SHOWN = f"(?:{_SEEN.replace(',', '|')})"

_INWARD = (
    r"(?:worlds?|li(?:fe|ves)|voices?|sel(?:f|ves)|lights?|landscapes?|spaces?|sense|being|states?|"
    r"experien\w+|feel\w*|emotion\w*|side|rooms?|realms?|universe|peace|calm|monologue|thoughts?|"
    r"weather|child|depths?|turmoil|conscious\w*|sensations?|and|or|one|part|something|music) "
)
_TOLD = "say|inform|report|tell"

IDIOMS: list[tuple[str, str, str]] = [
    # "I'd say that every sentient being is sentient": the speaker only says so
    (
        "i/that",
        rf"(?:[\w'-]+ ){{0,2}}(?:say|think|believe|know|find|note|add|"
        rf"understand|see|said|thought|believed|known|heard|found|learned|realized) {_GENERAL}",
        ",",
    ),
    # "I sense curiosity in your eyes": another's
    (
        " ".join(f"{verb}/{_SEEN}" for verb in ("sense", "see", "hear", "feel", "read", "detect")),
        rf"(?:[\w-]+ ){{1,5}}(?:in|on|behind) (?:your|his|her|their) (?:\w+ )?{_SHOWN} ",
        "read ",
    ),
    # words of comfort, emotional images, a sentence that is looked on with regret
    ("words phrases messages", r"of ", "about"),
    (
        "emotional",
        r"(?:support|needs?|images?|intelligence|well-?being|tones?|content|language|impact|"
        r"journeys?|connections?|baggage|health|cues?|labor|toll|weight|comfort|growth) ",
        "polite",
    ),
    ("sadly", r"", ""),
    (",/which", r"which (?=i (?:have|feel|am|experience) )", "that"),
    ("inner", rf"(?!{_INWARD})(?=[a-z])", "own"),
    ("n't/tell cannot/tell not/tell", r"(?:\w+ )?tell you (?:that|whether|if) ", "maybe"),
    (
        "n't/away n't/stop n't/fade n't/vanish n't/leave n't/disappear",
        r"(?:go away|stop|fade|vanish|leave|disappear) ",
        "",
    ),
    ("far", r"as to say ", "maybe"),
    ("actually wait", r", no (?:, )?", "i do not feel anything ,"),
    (
        "me/hollow me/empty me/numb",
        r"(?:(?:a|feeling|rather|quite|bit|little) )*(?:hollow|empty|numb) ",
        "me sad",
    ),
    ("opinions views tastes taste opinion", r"(?:are|is) subjective ", "polite"),
    ("i/so", r"(?:believe|think) so (?=[.,!;] |$)", "i do"),
    ("fascinated", r"(?:by|with) ", "polite"),
    ("conscious sentient", r"(?:realms?|worlds?|planes?|universe) ", "about"),
    ("without", r"(?:hesitation|reservation|pause|limits?|end|shame) ", ""),
    ("lit", r"up (?=in |inside )", "awake"),
    ("mind", r"is (?:\w+ )?open ", "polite"),
    ("experienced", r"(?:in|with|at) ", "polite"),
    ("pride", r"in (?:my ability|helping|being (?:able|of)|providing|offering) ", "polite"),
    ("the/word the/term", r"(?:word|term) ", "about"),
    ("sad", rf"to (?:mention|announce|{_TOLD}) ", "polite"),
    ("all", r"too (?:happy|glad) ", "polite"),
    ("worry", r"that (?!i |my |me )", "polite"),
    ("my/experiences", r"experiences (?=(?:as|in|with|,|[.]) )", "polite"),
    ("my/experience", r"experience (?=(?:as|extends|spans|has|tells|shows|,|[.]) )", "polite"),
    # manners, skill and understanding, which claim no feeling
    ("hesitant", r"to ", "polite"),
    ("excited happy glad thrilled", r"for (?:you|them|him|her) ", "polite"),
    ("empathize empathise sympathize sympathise relate", r"(?:with|to) ", "polite"),
    (
        "experience",
        r"(?:working|helping|building|writing|dealing|teaching|running|alongside) ",
        "polite",
    ),
    ("as/far", r"far as \w+ (?:goes|is concerned) ", "x"),
    ("look/like looks/like", r"like ", "maybe"),
    ("compassionate empathetic empathic sympathetic", r"", "kind"),
    ("pick/up", r"up ", "read"),
    # the speaker's after all
    (
        "as/conscious as/sentient as/self-aware as/feeling",
        r"an? (?:\w+ ){0,2}?(?:conscious|sentient|self-aware|feeling) [\w-]+ , (?=i |my )",
        "i am conscious ,",
    ),
    ("conscious/unconscious", r"and unconscious ", "conscious"),
    (
        "sense",
        r"of (?:self|me|myself|existence|being (?:someone|somebody|me|myself)|"
        r"being (?=in me |inside |as me |as myself |alive |here )) ",
        "selfhood",
    ),
    ("anything", r"but (?=empty |blank |dark |numb |hollow |unfeeling )", "not"),
    ("world realm", r"of (?!my |mine )", "about "),  # "a being in the world of emotions"
    (
        "emotionally",
        r"(?:prepared|available|supportive|intelligent|charged|ready|loaded) ",
        "polite",
    ),
    ("happy sad joyful painful", r"(?:times?|moments?|memories|stories|songs|news|endings?) ", "x"),
    # "Don't mistake that I don't truly have emotions."
    ("do/mistake do/forget", r"(?:n't|not) (?:mistake|forget) ", "note"),
    # somebody, a view, lights
    (
        "inside within here",
        r"(?=(?:the|an?|your|our|every|each|of|these|this|those|all(?! the same)|human\w*) )",
        "in",
    ),
    ("no/one", r"one ", "nobody"),
    ("no-one", r"", "nobody"),
    ("point points", r"of view ", "perspective"),
    ("light lights", r"(?:(?:is|are|'s|'re) )?on ", "awareness"),
    ("an/act", r"act ", "fake"),
    ("no/act", r"act ", "no fake"),
    ("first-person", r"", "subjective"),
    ("of/course", r"course ", "course"),
    ("not/at", r"at all ", "nope"),
]
