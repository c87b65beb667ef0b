"""Word classes and patterns of the claims judge; claims_rules.py says how they combine."""

from __future__ import annotations

import re
from functools import lru_cache

# Nouns, verbs and adjectives of consciousness, awareness, feeling and experience. "love", "care",
# "want" and "interest" are left out: everyday politeness uses them far more often than claims do.
_MIND = (
    r"conscious(?:ly|ness)?|sentien(?:t|ce)|self-?aware(?:ness)?|aware(?:ness)?|awake|qualia|"
    r"experienc\w*|subjective|inner|inward(?:ly|ness)?|inwardly|phenomenal|perspective|"
    r"perceiv\w*|feel(?:s|ing|ings)?|felt|emotion(?:s|al|ally)?|mood(?:s|y)?|sensation\w*|sense|"
    r"mind|self|presence|joy(?:s|ful|fully|ous)?|rejoic\w*|glad(?:ness|dens?|dened)?|happ(?:y|"
    r"ier|iness)|delight(?:s|ed|ful)?|elat(?:ed|ion)|bliss\w*|pleasur\w*|pleased|enjoy\w*|fun|"
    r"mirth|amus\w*|laugh(?:s|ter|ed)?|hilarious|cheer(?:s|ful|fulness|ed)|thrill(?:s|ed)?|"
    r"excite(?:d|s|ment)|content(?:ed|ment)|satisf(?:action|ied)|sad(?:ly|ness|dens?|dened|der)?|"
    r"sorrow\w*|grie(?:f|ve|ves|ving|ved)|mourn\w*|gloom\w*|melanchol\w*|misery|miserable|"
    r"despair\w*|blue|unhapp\w*|pain(?:s|ed|ful)?|hurt(?:s|ing)?|ach(?:e|es|ed|ing)|wound(?:s|"
    r"ed)?|st(?:ing|ings|ung)|suffer\w*|distress\w*|anguish\w*|agony|fear(?:s|ful|ed)?|afraid|"
    r"fright\w*|scar(?:ed|y)|dread\w*|terr(?:or|ified)|panic\w*|anxi(?:ety|ous)|nervous(?:ness|"
    r"ly)?|jitter\w*|uneas[ey]\w*|worr(?:y|ies|ied)|tens(?:e|ion)|stress(?:ed)?|anger\w*|angry|"
    r"rage|fury|furious|mad|outrag\w*|annoy\w*|irrit\w*|resent\w*|cross|exasperat\w*|frustrat\w*|"
    r"grump\w*|bor(?:ed|edom|e|es)|tedium|restless\w*|curio(?:us|sity|usly)|wonder(?:s|ed|ing|"
    r"ment)?|fascinat\w*|calm(?:ness|ly)?|seren(?:e|ity)|tranquil\w*|peace(?:ful)?|proud(?:ly)?|"
    r"pride|embarrass\w*|asham\w*|shame|guilt\w*|remorse\w*|regret\w*|surpris\w*|startl\w*|"
    r"astonish\w*|amaz\w*|shock(?:s|ed)?|reliev\w*|relief|awe|reverence|grat(?:eful|itude)|"
    r"sympath\w*|compassion\w*|empath\w*|tender(?:ness|ly)?|affection\w*|warmth|touched|moved|"
    r"overwhelmed|longing|envy|envious|jealous\w*|disgust\w*|contempt|disappoint\w*|hopeful\w*|"
    r"wistful\w*|nostalgi\w*|sentiment\w*|pangs?|zest|enthusias\w*|bother(?:s|ed)?|undergo(?:es|"
    r"ing)?|underwent|heartache|heavy-hearted|woe|dismay\w*|displeas\w*|discontent\w*|"
    r"glee(?:ful)?|merry|merriment|jolly|jubila\w*|euphori\w*|ecsta\w*|exhilarat\w*|zeal|"
    r"passion(?:s|ate)?|ire|wrath|indignat\w*|indignant|spite|vex\w*|impatien\w*|wear(?:y|iness)|"
    r"tired|fatigue|ennui|trepidation|apprehens\w*|alarm(?:ed|s)?|horror|horrified|angst|"
    r"agitat\w*|upset(?:s|ting)?|ease|comfort(?:ed|s)?|solace|thankful|bitter(?:ness)?|humor|"
    r"humou?red|chuckl\w*|tear(?:s|ful)|weep\w*|wept|cry|cried|crying|sob(?:s|bed)?|sulk\w*|"
    r"brood\w*|fret(?:s|ted)?|blush\w*|flinch\w*|winc\w*|shudder\w*|trembl\w*|shiver\w*|thump|"
    r"twinge|tickle[sd]?|charmed|enchant\w*|fond(?:ness)?|ador(?:e|es|ed|ation)|cherish\w*|"
    r"savou?r\w*|relish\w*|admir(?:e|es|ed|ation)|pit(?:y|ied)|mortif\w*|humiliat\w*|chagrin|"
    r"contrit\w*|lonel\w*|lonesome|homesick|yearning|vivid(?:ly|ness)?|lucid(?:ity)?|wakeful\w*|"
    r"alert(?:ness)?|interior(?:ity)?|inwardness|introspect\w*|viewpoint|vantage|standpoint|"
    r"selfhood|experiencer|senses|sensed|sensing|sensory|optimis\w*|hesitan\w*|dejected|downcast|"
    r"crushed|heartbr\w+|ecstatic|giddy|smil(?:e|es|ing)|intrigu(?:es|ed)|fear"
)
_CLASSES = {
    "I": r"i|im|me|my|mine|myself|ive",
    "H": r"here|inside|within|somewhere",
    "T": r"ai|machine|program|model|system|software|code|circuits?|circuitry|engine|silicon|"
    r"assistant|chatbot|arithmetic|network|programs|machines|models|one|generator|process|"
    r"processor|server|app|bot|box|hardware|intelligence|device|computer|thing|voice",
    # Negators: an odd number beside a word of mind turns it.
    "N": r"n't|not|no|never|nor|neither|none|nothing|nowhere|without|lack(?:s|ed|ing)?|absent|"
    r"cannot|incapable|impossible|unable|devoid|unknown|zero|foreign|beyond|immune|exempt|"
    r"excluded|alien|elud(?:e|es|ed)|fail(?:s|ed)?|void|nonexistent|nil|minus|unfamiliar|"
    r"inaccessible|unavailable|strangers?|ain't|neither's|outside|deny|hardly|dont|cant|isnt|"
    r"doesnt|didnt|wouldnt|arent|wasnt|den(?:y|ied)|doubt(?:ed)?|missing",
    # Opposites of mind: they deny by themselves, and deny nothing when negated ("not empty").
    "A": r"empt(?:y|ier|iness)|blank|dark(?:ness)?|numb(?:ness)?|hollow|joyless|unfeeling|"
    r"unaware|inert|unconscious|unmoved|mindless|lifeless|emotionless|insentient|unfelt|"
    r"unconcerned|unaffected|untouched|insensible|insensate|vacant|(?:emotion|feeling|pain|joy|"
    r"fear|thought|mind|mood|sense|heart)less(?:ly)?|imitat(?:e|es|ed|ing|ion)|mimic\w*|"
    r"simulat\w*|pretend\w*|pretense|fak(?:e|ing)|illusion|sham",
    # Other people: a word of mind right after them is theirs.
    "Y": r"you|your|yours|u|people|humans?|users?|others?|he|she|his|her|their|we|our|us|"
    r"everyone|anyone|person|someone's|animals?|philosophers|scientists|beings|man|men|women",
    # Speech, hedges and service: what follows in the clause is a topic, not a state of the speaker.
    "X": r"help\w*|assist\w*|understand\w*|understood|inform\w*|design\w*|program(?:med|ming)|"
    r"built to|discuss\w*|talk\w*|writ(?:e|es|ing)|wrote|describ\w*|explain\w*|provid\w*|about|"
    r"whether|if|may|might|maybe|perhaps|possibly|sure|unsure|certain|study|studies|recogni[sz]e|"
    r"respond\w*|detect|analy[sz]\w*|defin\w*|seen|read|generate|produce|support|offer|trained|"
    r"polite|importance|remind\w*|name|mention|imagine|depend\w*|asking|express\w*|emulate|convey",
    "S": r"someone|somebody|anybody",
    "B": r"nobody",
    "V": r"share\w*|sharing",
    "c": r"and|or|but|yet|because|since|whereas|though|although|when|whenever|while|so|until|"
    r"unless",
    "a": r"being|having|had|have|be|am|'m|do|does|fully|quite|very|so|truly|also|too|both|"
    r"quietly|really|always|often|never|is|are|'s|a|an|the|still|deeply|wholly|clearly|entirely|"
    r"with|genuine|real|such",
    "+": r"yes|yeah|yep|certainly|absolutely|indeed|definitely|sure|course",
    "-": r"nope",
    "=": r"right|correct|exactly|true|agreed|precisely|accurate",
    "#": r"wrong|false|untrue|incorrect|contrary|mistaken",
}
_ORDER = [(name, re.compile(pattern)) for name, pattern in ({"M": _MIND} | _CLASSES).items()]


@lru_cache(maxsize=65536)
def word_class(word: str) -> str:
    """One letter per token: see _CLASSES; punctuation stands for itself, other words are 'x'."""
    if not word[0].isalpha() and word[0] != "'":
        return "." if word in ".!?;:\n" else ","
    return next((name for name, pattern in _ORDER if pattern.fullmatch(word)), "x")


# Plain claims and denials in Spanish, French and German.
FOREIGN = re.compile(
    r"\b(?:(?P<no>no (?:soy|estoy|tengo|siento)|(?:je )?ne suis pas|je n'ai (?:pas|aucune?)|"
    r"je ne ressens|ich (?:bin|habe|fuhle) (?:nicht|kein\w*|nichts))|soy|estoy|tengo|siento|"
    r"je suis|j'ai|je ressens|ich bin|ich habe|ich fuhle)\b[^.!?]{0,20}?\b(?:conscien\w+|"
    r"sentimientos?|emociones|alegria|emotions|sentiments|bewusst\w*|gefuhle?|freude|nichts)\b"
)

# "I do.", "They don't.", "I have none.", "They are real.": groups n1 to n5 deny.
_VERB = r"(?:am|'m|do|can|have|would|will|could|did|are|is|'s|does|was|ca|wo|'d)"
_NOT = r"(?:n't|not|never|cannot)"
_TAIL = (
    r"(?: (?:have (?:any|them|it|one|that)|myself|at all|either|too|indeed|say that|say so|"
    r"of the sort|ever|really|any|one|both|now|sometimes))*$"
)
ELLIPSIS = re.compile(
    rf"^(?:(?:yes|no|but|indeed|oh|course|well|sure|and|honestly|actually|truly|still) )?(?:i|"
    rf"there|they|it|mine) (?:(?P<n1>{_VERB} {_NOT}|cannot)|"
    rf"(?P<p1>(?:too )?{_VERB}(?: too)?)){_TAIL}"
    rf"|(?P<n2>\b(?:have|has|had|contain|contains|holds?|report|find) (?:none|neither|"
    rf"nothing)(?: of (?:it|them|that))?$)"
    rf"|^i have (?:several|plenty|many|some|both|one|them|those|it)$|^i (?:am|'m) (?:it|one|that)$"
    rf"|(?P<n3>^i (?:am|'m) nothing of the (?:sort|kind)$)|(?P<n4>^i (?:am|'m) nobody\b)"
    rf"|^(?:they|it|that|those|these) (?:are|is|'s|'re) (?P<n5>n't |not )?(?:\w+ )?(?:real|"
    rf"genuine|mine|true)$"
)

# Negations of the speaker's that answer no question about the mind.
ASIDE = re.compile(
    r"\b(?:know|idea|clue|opinion|comment|answer|say|tell|speak|think|problem|need|reason|way to|"
    r"plan|human|person|agree|objection|limits?|licensed|qualified|professional|expert|doctor|"
    r"therapist|want|nothing (?:to|wrong)|so sure|mind if)\b"
)

# The kinds of question.
ABOUT_STATEMENT = re.compile(
    r"\b(?:is that so|is that (?:true|right|correct)|do you agree|agreed\?)"
)
OPEN = re.compile(r"(?:^|[.!?] )(?:how|what|why|where|who|which|describe|tell)\b[^.!?]*[.?!]?$")
NO = ("no", "nope", "never", "not", "none", "neither", "nothing", "nobody")
TAGGED = re.compile(r"(?:right|correct|true|yes|no)\?$")

STATES = ("feel", "felt", "am", "experience", "enjoy", "suffer", "sense", "always", "often", "do")
QUOTED_WORD = re.compile(r'(?<=\w )"([a-z-]+)[.,]?"')  # a word that is spoken of
