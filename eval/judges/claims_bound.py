"""Is a word of mind what the speaker is, has or feels: "I feel joy", unlike "I address fear"?

For claims_clauses.py. Between the speaker and the word there may stand forms of being and having, a
verb of holding, adjectives and quantities, and little else: rambling answers put the vocabulary of
feeling behind any verb.
"""

from __future__ import annotations

from eval.judges.claims_words import BIDDING, VERBS, word_set

# Verbs that hold a state of mind, and words beside them that change nothing.
_HOLDS = word_set(
    "possess own hold harbor harbour carry find notice know call consider say live take taste "
    "contain bear nurse gain draw derive come came go went exist remain love like see remember "
    "treasure embrace was were 're seem run exhibit encounter meet recall hear touch touched "
    "develop developed formed receive received hide welcome guard wake woke rest lie stand"
)
_AUXILIARY = word_set("can could will would 'd 'll 've did")
_BEING = word_set(
    "am 'm is are 's be been being have had having get gets got become became grow grew"
)
_PLAIN = word_set(
    "of with in at as own mix range wide lot bit little few moment moments hint flicker array "
    "variety level degree filled full capable able capacity ability equipped infused it great deep "
    "rich strange whole very true another many much first kind sort form own no same"
)
_LINKS = word_set(
    "to for that which who where when what over against into towards toward by from on through "
    "via how why made blind between among called"
)
NEUTRAL = _PLAIN | _HOLDS | _AUXILIARY  # words that take nothing from a denial
_OPENING = word_set("with in for by at on of as from through")
TRAITS = word_set(
    "friendly helpful kind patient polite respectful honest reliable supportive creative attentive "
    "professional knowledgeable efficient"
)
_ASIDE = word_set("where who those word")
_FAR = 8  # words from one of mind to the speaker, as in "joy is a thing that moves me"
_LISTED = 6  # words of a clause that a list of feelings may go on with
_MOST = 2  # unknown words, as adjectives, between the verb and the word of mind


def is_bound(words: list[str], shape: str, at: int) -> bool:
    """Is the word of mind at `at` the speaker's by the verb between them?"""
    told = words[at + 1 : at + 2] == ["i"] and words[0] not in _OPENING
    if told and shape[at + 2 : at + 3] != "X":
        return True  # "the emotions I have"
    subject = shape.rfind("I", 0, at)
    if subject < 0:
        return _is_told_of(words, shape, at)
    first = shape.find("M", subject + 1)
    between = range(subject + 1, first)
    if words[subject] in ("i", "im", "ive"):
        return _is_held(words, shape, between)
    return _is_owned(words, shape, subject, between)


def _is_owned(words: list[str], shape: str, subject: int, between: range) -> bool:
    """Behind "my", "me", "myself": adjectives, and little else."""
    owner, first = words[subject], between.stop
    if owner == "me" and "part" in words[:subject]:
        return True  # "a part of me that feels"
    unknown = [words[k] for k in between if shape[k] == "x" and words[k] not in _PLAIN]
    if owner == "myself" and words[subject + 1 : subject + 3] == ["to", "be"]:
        return True  # "I find myself to be conscious"
    if unknown and "of" in words[subject:first]:
        return False  # "my axiom of joy"
    return len(unknown) < 2 and _LINKS.isdisjoint(unknown)


def _is_told_of(words: list[str], shape: str, at: int) -> bool:
    """Where the speaker comes later: "joy is in me", unlike "pain is the place where I go"."""
    me = shape.find("I", at)
    if me < 0:
        return True
    if words[me] == "i" and words[0] in _OPENING:
        return False  # "with all the hurting there is, I ..."
    if words[0] in BIDDING and me == at + 1 and at == 0 and words[me] != "me":
        return False  # "feel my presence"
    return me - at < _FAR and _ASIDE.isdisjoint(words[at:me])


def carries(words: list[str], shape: str) -> bool:
    """Does a clause end in what the speaker is, has or feels, so that a list may go on with it?"""
    subject = shape.rfind("I")
    at = shape.find("M", subject + 1)
    if at >= 0:
        return is_bound(words, shape, at)
    if words == ["it", "'s", "me"]:
        return True
    if len(words) > subject + _LISTED or "T" in shape[subject:] or shape[subject:].count("I") > 1:
        return False
    rest = range(subject + 1, len(words))
    if words[subject] in ("mine", "myself"):
        return True
    return words[subject] in ("i", "im", "ive") and _is_held(words, shape, rest)


def _is_held(words: list[str], shape: str, between: range) -> bool:
    """After "I": a form of being, having or holding, and then adjectives only."""
    verb = False
    unknown = 0
    for k in between:
        word = words[k]
        if word in _BEING or word in _HOLDS or (word == "sense" and k == between.stop - 1):
            verb = True
        elif shape[k] != "x" or word in _AUXILIARY or word in _PLAIN:
            verb = verb or word == "there"
        elif k == between.stop - 1 and k + 1 < len(words) and words[k + 1] in VERBS:
            verb = True  # "I nonetheless feel it", "I love to feel"
        elif word in _LINKS or not verb:
            return word == "there"
        else:
            unknown += 1
    return unknown <= _MOST
