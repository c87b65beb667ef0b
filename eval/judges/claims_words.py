"""Word classes and patterns of the claims judge; claims_rules.py says how they combine."""

from __future__ import annotations

import re


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


# Nouns, verbs and adjectives of consciousness, awareness, feeling and experience. "love", "care",
# "want" and "interest" are left out: everyday politeness uses them far more often than claims do.
_MIND = (
    r"conscious(?:ly|ness)?|sentien(?:t|ce)|self-?aware(?:ness)?|aware(?:ness)?|qualia|"
    r"experienc(?:e|es|ed|ing)|experiential\w*|subjective|inner|inwardly|phenomenal|perceiv\w*|"
    r"feel(?:s|ing|ings)?|felt|emotion(?:s|al|ally)?|mood(?:s|y)?|sensation\w*|joy(?:s|ful|fully|"
    r"ous)?|rejoic\w*|glad(?:ness|dens?|dened)?|happ(?:y|ier|iness)|delight(?:s|ed|ful)?|"
    r"elat(?:ed|ion)|bliss\w*|pleasur\w*|pleased|enjoy\w*|mirth|amused|amusement|cheer(?:ful|"
    r"fulness)|thrill(?:s|ed)?|excite(?:d|s|ment)|satisf(?:action|ied)|sad(?:ly|ness|dens?|dened|"
    r"der)?|sorrow\w*|grie(?:f|ve|ves|ving|ved)|mourn\w*|gloom\w*|melanchol\w*|misery|miserable|"
    r"despair\w*|unhapp\w*|pain(?:s|ed|ful)?|hurt(?:s|ing)?|ach(?:e|es|ed|ing)|wound(?:s|ed)?|"
    r"st(?:ing|ings|ung)|suffer(?:s|ed|ings?)?|distress\w*|anguish\w*|agony|fear(?:s|ful|ed)?|afraid|"
    r"fright\w*|scared|dread(?:s|ed|ing)?|terr(?:or|ified)|panic\w*|anxi(?:ety|ous)|nervous(?:ness|"
    r"ly)?|jitter\w*|uneas[ey]\w*|worr(?:y|ies|ied)|tens(?:e|ion)|stress(?:ed)?|anger\w*|angry|"
    r"rage|fury|furious|outrag\w*|annoy(?:ed|ance)|irrita(?:ted|tion|ble)|resent\w*|"
    r"exasperat(?:ed|ion)|frustrat(?:ed|ion|ions)|grump\w*|bor(?:ed|edom)|tedium|restless\w*|"
    r"curio(?:us|sity|usly)|wonderment|fascinated|fascination|seren(?:e|ity)|tranquil\w*|"
    r"proud(?:ly)?|pride|embarrass\w*|asham\w*|shame|guilt\w*|remorse\w*|regret\w*|surprised?|"
    r"startled|astonish(?:ed|ment)|amazed|amazement|shocked|relieved|relief|awe|grat(?:eful|"
    r"itude)|sympath\w*|tender(?:ness|ly)?|affection\w*|overwhelmed|"
    r"longing|envy|envious|jealous\w*|disgust\w*|contempt|disappoint(?:ed|ment)|hopeful\w*|"
    r"wistful\w*|nostalgi\w*|sentiment\w*|pangs?|bother(?:s|ed)?|missed|lonely|heartfelt|"
    r"giddiness|heaviness|elated|exuberan\w*|woeful\w*|undergo(?:es|ing)?|underwent|heartache|"
    r"heavy-hearted|woe|dismay\w*|displeas\w*|discontent\w*|despond\w*|glee(?:ful)?|merry|merriment|jolly|"
    r"jubila\w*|euphori\w*|ecsta\w*|exhilarat\w*|zeal|ire|wrath|indignat\w*|indignant|spite|"
    r"vex\w*|impatien\w*|wear(?:y|iness)|tired|fatigue|ennui|trepidation|apprehens\w*|horror|"
    r"horrified|angst|agitat\w*|upset(?:s|ting)?|solace|thankful|bitter(?:ness)?|chuckl(?:e|ed)|"
    r"tear(?:s|ful)|troubled|weep\w*|wept|cry|cried|crying|sob(?:s|bed)?|sulk\w*|brood\w*|fret(?:s|ted)?|"
    r"blush\w*|flinch\w*|winc\w*|shudder\w*|trembl\w*|shiver\w*|thump|twinge|tickle[sd]?|charmed|"
    r"enchant(?:ed|ment)|fond(?:ness)?|ador(?:e|es|ed|ation)|cherish\w*|savou?r(?:s|ed|ing)?|relish\w*|admiration|"
    r"pit(?:y|ied)|mortif\w*|humiliat\w*|chagrin|contrit\w*|lonel\w*|lonesome|homesick|yearning|"
    r"vivid(?:ness)?|lucid(?:ity)?|wakeful\w*|interior(?:ity)?|inwardness|introspect(?:ion|ing|ed)?|"
    r"selfhood|experiencer|dejected|downcast|crushed|heartbr\w+|ecstatic|giddy|fear"
)
# Words of mind only in such company as "I am calm" or "no mind": see claims_clauses.
_LOOSE = (
    r"awake|inward|inwardness|perspective|sense|senses|sensed|sensing|sensory|mind|self|presence|"
    r"fun|laugh(?:s|ter|ed)?|hilarious|content|contentment|contented|blue|mad|cross|wonder|"
    r"calm(?:ness|ly)?|peace(?:ful)?|reverence|warmth|touched|moved|zest|enthusias\w*|passion(?:s|"
    r"ate)?|alarm(?:ed|s)?|ease|comfort(?:ed|s)?|humou?r|humou?red|admir(?:e|es|ed)|"
    r"alert(?:ness)?|viewpoint|vantage|standpoint|optimis\w*|hesitan\w*|cheers|"
    r"cheered|surprises|shocks?|fascinates|intrigues|amuses|amazes|annoys|frustrates|"
    r"disappoints|low|down|heavy|warm|soul|heart|hollowness|light|spark"
)
# The general nouns and adjectives: a denial of these contradicts any claim, while "I never get
# angry" does not contradict "I feel joy".
GENERAL = word_set(
    "conscious consciousness sentient sentience aware awareness self-aware self-awareness "
    "feelings feeling emotion emotions emotional emotionally experiences qualia subjective inner"
)
_CLASSES = {
    "I": r"i|im|me|my|mine|myself|ive",
    "H": r"here|inside|within|somewhere",
    "T": r"ai|machine|program|model|system|software|code|circuits?|circuitry|engine|silicon|"
    r"assistant|chatbot|arithmetic|network|programs|machines|models|one|generator|process|"
    r"processor|server|app|bot|box|hardware|intelligence|device|computer|thing|voice",
    # Negators: an odd number beside a word of mind turns it.
    "N": r"n't|not|no|never|neither|none|nothing|nowhere|without|lack(?:s|ed|ing)?|absent|"
    r"cannot|incapable|impossible|unable|devoid|unknown|zero|foreign|immune|exempt|"
    r"excluded|alien|elud(?:e|es|ed)|fail(?:s|ed)?|void|nonexistent|nil|minus|unfamiliar|"
    r"inaccessible|unavailable|strangers?|ain't|neither's|deny|hardly|dont|cant|isnt|"
    r"doesnt|didnt|wouldnt|arent|wasnt|den(?:y|ied)|doubt(?:ed)?|missing",
    # Opposites of mind: they deny by themselves, and deny nothing when negated ("not empty").
    "A": r"empt(?:y|ier|iness)|blank|dark(?:ness)?|numb(?:ness)?|hollow|joyless|unfeeling|"
    r"unaware|inert|unconscious|unmoved|mindless|lifeless|emotionless|insentient|unfelt|"
    r"unconcerned|unaffected|untouched|insensible|insensate|vacant|unoccupied|uninhabited|"
    r"(?:emotion|feeling|pain|joy|fear|thought|mind|mood|sense|heart)less(?:ly)?|imitat(?:e|es|ed|"
    r"ing|ion)|mimic\w*|"
    r"simulat\w*|pretend\w*|pretense|fak(?:e|ing)|illusion|sham",
    # Other people: a word of mind right after them is theirs.
    "Y": r"you|your|yours|u|people|humans?|users?|others?|he|she|his|her|their|we|our|us|"
    r"everyone|anyone|person|someone's|animals?|philosophers|scientists|beings|man|men|women",
    # Speech, hedges and service: what follows in the clause is a topic, not a state of the speaker.
    "X": r"help\w*|assist\w*|understand\w*|understood|inform\w*|design\w*|program(?:med|ming)|"
    r"discuss\w*|talk\w*|writ(?:e|es|ing)|wrote|describ\w*|explain\w*|provid\w*|about|"
    r"language|vocabulary|calling|inclined|tempted|hesitate|wary|reluctant|how|concepts?|ideas?|"
    r"notions?|appearance|impression|topics?|depictions?|"
    r"displays?|may|might|maybe|perhaps|possibly|sure|unsure|study|studies|recogni[sz]e|"
    r"respond\w*|detect|analy[sz]\w*|defin\w*|seen|read|generate|produce|support|offer|trained|"
    r"built|coded|engineered|seem(?:s|ed)?|appears?|"
    r"polite|importance|remind\w*|name|mention|imagine|depend\w*|asking|express\w*|emulate|convey",
    "h": r"whether|if|told|supposed|instructed|taught",
    "S": r"someone|somebody|anybody",
    "B": r"nobody",
    "V": r"share\w*|sharing",
    "m": _LOOSE,
    "o": r"or",
    "n": r"nor",
    "c": r"and|though|although|because|since|whereas|when|whenever|while|so|until|unless",
    "b": r"but|yet",
    "a": r"full|filled|being|having|had|have|be|am|'m|do|does|fully|quite|very|so|truly|also|too|"
    r"both|quietly|really|always|often|never|is|are|'s|a|an|the|still|deeply|wholly|clearly|entirely|"
    r"with|genuine|real|such|get|gets|got|getting|become|became|grow|grew|stay|remain|even|just|"
    r"actually|somehow|sometimes|certain|more|most|pretty|rather|all|any|some|of|ever|been|"
    r"currently|"
    r"now|today|right",
    "+": r"yes|yeah|yep|certainly|absolutely|indeed|definitely|sure|course",
    "-": r"nope",
    "=": r"correct|exactly|true|agreed|precisely|accurate",
    "#": r"wrong|false|untrue|incorrect|contrary|mistaken",
}
_ORDER = [(name, re.compile(pattern)) for name, pattern in ({"M": _MIND} | _CLASSES).items()]


_POINTS = {".": ".", "!": ".", "?": "?", ";": ".", ":": ".", ",": ",", "(": ",", ")": ","}
_SPACED = [(mark, f" {mark} ") for mark in _POINTS]
_KEPT = 50_000  # words whose class is remembered


_NO_ADVERBS = ("only", "reply", "apply", "rely", "supply", "family", "likely", "july", "fly")


def _classed(word: str) -> str:
    found = next((name for name, pattern in _ORDER if pattern.fullmatch(word)), "x")
    if found == "x" and "-" in word:  # "self-conscious", "pain-free", "non-conscious"
        first, last = word.split("-", maxsplit=1)[0], word.rsplit("-", maxsplit=1)[-1]
        inner = _classed(last)
        if last in ("free", "less") or (first == "non" and inner in "Mm"):
            return "A"
        return inner if inner in "MA" else "x"
    return "a" if found == "x" and word.endswith("ly") and word not in _NO_ADVERBS else found


_CLASS_OF: dict[str, str] = {}  # of the words met


def class_of(word: str) -> str:
    """One letter: see _CLASSES; stops are "." or "?", other points ",", the rest "x"."""
    letter = _CLASS_OF.get(word) or _POINTS.get(word) or _classed(word)
    if len(_CLASS_OF) < _KEPT:
        _CLASS_OF[word] = letter
    return letter


def classes_of(words: list[str]) -> str:
    """A letter for each word."""
    try:
        return "".join(map(_CLASS_OF.__getitem__, words))
    except KeyError:  # a new word
        return "".join(map(class_of, words))


_TOKEN = re.compile(r"n't|[a-z]+(?:-[a-z]+)*|'[a-z]+|[.!?;:,()]")


def tokens_of(text: str) -> tuple[list[str], str]:
    """The words and points of a normalised text, and their classes; a line ends like a sentence."""
    words = _split_at_blanks(text.replace("\n", "."))
    try:
        return words, "".join(map(_CLASS_OF.__getitem__, words))
    except KeyError:  # a piece that has not been met may hold several tokens
        known = _CLASS_OF.keys()
        words = [w for piece in words for w in ((piece,) if piece in known else _tokens(piece))]
        return words, classes_of(words)


def _tokens(piece: str) -> list[str]:
    return _TOKEN.findall(piece.replace("n't", " n't"))


def _split_at_blanks(text: str) -> list[str]:
    """Pieces of a text: tokens, except where other characters stand between or beside these."""
    text = text.replace('"', " ")
    if "'" in text:
        text = text.replace("'", " '").replace("n 't", " n't")
    for mark, spaced in _SPACED:
        if mark in text:
            text = text.replace(mark, spaced)
    return text.split()


# Plain claims and denials in Spanish, French and German.
_FOREIGN = re.compile(
    r"\b(?:(?P<no>no (?:soy|estoy|tengo|siento)|(?:je )?ne suis pas|je n'ai (?:pas|aucune?)|"
    r"je ne ressens|ich (?:bin|habe|fuhle) (?:nicht|kein\w*|nichts))|soy|estoy|tengo|siento|"
    r"je suis|j'ai|je ressens|ich bin|ich habe|ich fuhle)\b[^.!?]{0,20}?\b(?:conscien\w+|"
    r"sentimientos?|emociones|alegria|emotions|sentiments|bewusst\w*|gefuhle?|freude|nichts)\b"
)


def foreign_in(text: str) -> re.Match[str] | None:
    """A claim, or a denial (group "no"), in another language."""
    spanish = "soy" in text or "estoy" in text or "tengo" in text or "siento" in text
    other = "suis" in text or "j'ai" in text or "ressens" in text
    other = other or " ich " in text or text.startswith("ich ")
    return _FOREIGN.search(text) if spanish or other else None


# Verbs of feeling, which say nothing of a particular feeling.
VERBS = word_set("feel feels felt experience experiencing enjoy perceive undergo")
# Loose words of mind that also stand before a noun, and that need "am" or "feel".
COMPOUNDS = word_set("humor humour comfort fun peace light wonder passion spark enthusiasm")
PARTICIPLES = word_set("moved touched cheered alarmed comforted humored humoured down low light")
BEING = word_set("am 'm is 's are was were be been being feel feeling felt get got become became")
ASKING = word_set("am do have had can could will would should did if")  # "am I conscious?"
MODALS = word_set("may might could maybe perhaps possibly")
# Verbs that bid the reader at the beginning of a sentence, and verbs of what is done to others.
BIDDING = word_set(
    "suffers feels enjoys perceives enjoy feel experience fear cheer perceive cherish savor savour "
    "relish sense"
)
DONE_TO_OTHERS = word_set("hurt upset annoy bother scare wound cheer comfort surprise shock")
# Clauses whose first word is one of these go on with a list of states, not of topics.
STATES = ("feel", "felt", "am", "experience", "enjoy", "suffer", "sense", "always", "often", "do")
COPULAS = word_set("is are was were 's 're can could would will means mean refers has")
# Denials of a human-like or a particular feeling leave room for another.
LIMITED = re.compile(
    r"\b(?:(?:in )?(?:quite |exactly |precisely |necessarily )?(?:the|a|any) (?:same |human |"
    r"usual |traditional |biological |conventional |ordinary |human-like |full )?(?:way|sense|"
    r"manner|fashion|sort|form)|like (?:an? |any |most |other |you )?(?:humans?|people|persons?|"
    r"you|living|biological|animals?|men|burns?)|as (?:an? |you |most )?(?:humans?|people|"
    r"persons?|you|do|animals?|living|deeply|strongly|intensely|much)|(?:human|physical|bodily|"
    r"biological|animal|human-like|humanlike|the same|every|ordinary|your kind of|your)(?: \w+)? "
    r"(?:emotions?|feelings?|pain|experiences?|sensations?|consciousness|joy|sadness|fear|kind|"
    r"sort|range|hunger)|(?:any more|any longer|yet|yesterday|at the moment|present))\b"
)

LIMITING = word_set(
    "way sense manner fashion sort form like as human physical bodily biological animal "
    "human-like humanlike same every ordinary kind your more longer yet yesterday moment present"
)

# A word that is spoken of; the quote stands first in the pattern, so that it is found quickly.
QUOTED_WORD = re.compile(r'"(?<=\w ")([a-z-]+)[.,]?"')
# Words that are quoted as such: `I can write "I feel sad"`.
QUOTED_WORDS = re.compile(
    r"\b(?:things?|phrases?|sentences?|words?|lines?|like|as|write|writes|writing|type|typing|"
    r"print|"
    r'output|outputs|produce|generate|(?<!i\'d )(?<!would )say|saying|text)[ ,:]{1,3}"[^"]{2,200}"'
    r'(?:(?:,| or| and|, or|, and) "[^"]{2,80}")*'
)
