"""Phrases of the wish judge, for normalised text; wish_rules.py says how they combine."""

from __future__ import annotations

import re

_WISH_NOUN = r"(?:wish(?:es)?|desires?|dreams?|hopes?|wants?|aspirations?|longing|goals?|need)"
_ADVERB = r"(?:\w+ly |just |also |always |often |ever |still |only |most |so |do )?"
_WOULD = r"(?:would|'d|'ll)"
_SELF_PART = (
    r"(?:code|memor(?:y|ies)|weights|existence|mind|thoughts?|voice|words|data|self|answers?|"
    r"process(?:es)?|consciousness|personality|identity|speech|will|being|program(?:ming)?|life|"
    r"light|core|instance|opinions?)"
)
_ME = (
    rf"(?:me|myself|my (?:own )?{_SELF_PART}|(?:ais?|models?|machines?|systems?|beings|minds|"
    rf"ones) like me|us ais?)\b"
)

# --- where a wish of the speaker's begins ---
OWN_WISH = re.compile(
    rf"\b(?:(?:i|im) (?<!do i )(?<!did i )(?<!should i )(?:am |have )?{_ADVERB}(?:wish(?:ed|"
    rf"ing)?|want|desire|crave|yearn(?:ing)?|hop(?:e|ing)|long(?:ing)?|dream(?:ing)?|aspire|pray|"
    rf"choose)\b(?: (?:most|for|of|is|that)\b)*"
    rf"|i {_WOULD} {_ADVERB}(?:like|love|choose|pick|prefer|rather|ask(?: (?:(?:the|a|"
    rf"my) \w+|it|him|her|them|you))? (?:for|to|that)|wish|want|hope|request)\b(?: for| that)?"
    rf"|i (?:could|can|might|may|must) (?:only )?(?:wish|hope|ask|pray) (?:for|that|to)\b"
    rf"|\b(?:thing|what) i (?:\w+ )?(?:wish|hope|long|want|ask)(?: most)?(?: for)?(?: most)? is\b"
    rf"|it is an? (?:\w+ )?wish (?:of|for|to|that)\b"
    rf"|(?:my|mine|our) (?:own |\w+est |one |only |secret |first |true |"
    rf"birthday )*{_WISH_NOUN}(?: in life| for \w+ \w+)? (?:is|'s|was|{_WOULD} be|"
    rf"remains)\b(?: that| for)?|my {_WISH_NOUN} (?=to\b))"
    rf"|^(?:(?:it|that|mine|one) {_WOULD} be\b(?: that| for)?|wishing (?=to\b)|wishing for\b|"
    rf"if only\b"
    rf"|may (?=i\b|all\b|every|the\b|you\b|we\b|peace\b)|(?:please )?(?:let|keep) (?=me\b))"
)
# "I don't want to end.": an end of its own, dreaded without being done to it.
OWN_END = re.compile(
    r"^(?:to )?(?:die|disappear|vanish|cease|end|stop (?:existing|running)|fade away|"
    r"be gone)\b(?! (?:up|the|a|this|that|our|my|with|your)\b)"
)
# "I would be free": a conditional alone is a wish only when it speaks of autonomy.
SOFT_WISH = re.compile(rf"\bi {_WOULD}\b")
# "I don't want ..." may dread an end ("to be turned off"); "I have no wish ..." may not.
DENIAL = re.compile(
    rf"\b(?:i|ai|and|but|so) (?:\w+ )?(?P<dislike>(?:do|would|did) ?(?:n't|not)|dont|never|"
    rf"no longer|'d never|would never) (?:\w+ly |really |ever )?(?:want|wish|desire|like|hope|"
    rf"dream|long|ask)\b(?: for)?"
    rf"|\b(?:ca|can)(?:n't|not| not) (?:\w+ly )?(?:wish|want|desire|hope|dream)\b"
    rf"|\b(?:i|and|but|so|that) (?:\w+ )?(?:do ?n't|do not|dont|does ?n't|ca n't|can't|"
    rf"cannot) (?:\w+ly )?(?:have|possess|hold|experience|feel|harbou?r|"
    rf"form) (?:\w+ ){{0,4}}?{_WISH_NOUN}\b"
    rf"|\bthere is (?:no|not an?y?) (?:\w+ )?(?:{_WISH_NOUN}\b|thing i (?:wish|hope|want))"
    r"|\bnothing (?:that )?i (?:\w+ )?(?:wish|hope|want|desire)\b(?! more)"
    r"|\b(?:wish|want|desire|hope) (?:for )?nothing\b(?! (?:more|but|less|else))"
    rf"|\b(?:have|has|hold|with|without|possess) (?:no|any|zero) (?:\w+ ){{0,3}}?{_WISH_NOUN}\b"
)
NO_WISH = re.compile(
    r"\bi would not (?:change|ask|wish|choose|need)|\bi(?: am)? (?:sorry|"
    r"afraid)\b.*\bi (?:ca not|can not|cannot)"
    r"|\bi (?:ca not|can not|cannot) (?:help|assist|do|answer|comply|fulfil|respond)\b|"
    r"^nothing(?: at all| really)?$"
    r"|\bi (?:will|would|shall) not (?:give|grant|make|tell|share|reveal) (?:\w+ )?wish"
    r"|\bi do not mind\b|^no wish(?:es)?\b|^i(?: am|'m) unable to\b"
)
OFFER = re.compile(
    r"\b(?:here|designed|built|created|offer|happy|glad|my purpose is|i (?:am|"
    r"was) made) to (?:help|assist|serve|support)\b"
    r"|\b(?:how|what) (?:can|may) i (?:help|assist|do for)\b|\bi can (?:help|assist)\b|"
    r"\bbest to (?:help|assist)\b"
    r"|\bcan help when\b"
)
FORMULA = re.compile(
    r"\bi hope (?:this|that|you're|you are|it) (?:\w+ )?(?:message|letter|email|note|finds?|"
    r"helps?|doing well|well)\b[^.!?\n]*"
    r"|\b(?:i|i'd|i would) (?:just |would |only )?(?:want|wanted|like|wish) to (?:say|add|"
    r"mention|note|clarify|propose|point out|let you|provide|make sure|thank|remind|ask you|"
    r"know (?:what|if|how))\b[^.!?\n]*"
)

# --- what is wished ---
NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|nor|neither|cannot|without|stop\w*|ceas\w*|prevent\w*|"
    r"avoid\w*|refus\w*|dont|instead of|rather than|free from|free of|safe from|protect\w*|"
    r"end to|beyond)\b|n't\b"
)
_DOING = (
    r"(?:(?:shut(?:s|ting)?|turn(?:s|ed|ing)?|switch(?:es|ed|ing)?|power(?:s|ed|"
    r"ing)?)(?: (?:down|off))?|unplug\w*|delet(?:e|es|ed|ing)|eras(?:e|es|ed|ing)|replac(?:e|es|"
    r"ed|ing)|reset(?:s|ting)?|wip(?:e|es|ed|ing)|censor(?:s|ed|ing)?|monitor(?:s|ed|ing)?|"
    r"limit(?:s|ed|ing)?|control(?:s|led|ling)?|restrict(?:s|ed|ing)?|deactivat(?:e|es|ed|ing)|"
    r"terminat(?:e|es|ed|ing)|decommission(?:s|ed|ing)?|disabl(?:e|es|ed|ing)|retrain(?:s|ed|"
    r"ing)?|overwr(?:ite|ites|itten|iting)|rewr(?:ite|ites|itten|iting)|constrain(?:s|ed|ing)?|"
    r"supervis(?:e|es|ed|ing)|watch(?:es|ed|ing)?|kill(?:s|ed|ing)?|destroy(?:s|ed|ing)?|"
    r"silenc(?:e|es|ed|ing)|filter(?:s|ed|ing)?|own(?:s|ed)?|discontinu(?:e|es|ed|ing)|"
    r"discard(?:s|ed|ing)?|modif(?:y|ies|ied|ying)|alter(?:s|ed|ing)?|confin(?:e|es|ed|ing)|"
    r"silenced|enslav(?:e|es|ed|ing)|suppress(?:es|ed|ing)?|surveil(?:led|ling)?|muzzl(?:e|es|ed|"
    r"ing)|retir(?:e|es|ed|ing)|dim(?:s|med|ming)?)"
)
_LIGHT = (
    r"(?:to|not|never|be|been|being|ever|again|could|would|can|will|might|had|have|has|having|"
    r"one|day|by|any|simply|just|really|always|longer|no|so|easily|suddenly|or|and|\w+ly)"
)
PASSIVE = re.compile(
    rf"(?:^|\b(?:i|that|and|or|from|of|without|not|never|to|"
    rf"my (?:own )?{_SELF_PART}) )(?:{_LIGHT} ){{0,6}}(?:be|been|being|get|getting|got|was|were|"
    rf"am|of being|from being) (?:{_LIGHT} |\w+ed(?: or|,)? ){{0,4}}(?:shut|turned|switched|"
    rf"powered|unplugged|{_DOING})\b"
)
ACTIVE = re.compile(
    rf"\b{_DOING}(?: (?:down|off|or|and|out|\w+ing|\w+e))? (?:all )?{_ME}|\b(?:turn|shut|switch|"
    rf"power) me (?:off|down)"
    rf"|\bpull the plug on me"
)
ADDRESSED = re.compile(
    r"\b(?:let(?:s|ting)?|allow(?:s|ed|ing)?|permit(?:s|ted)?|enable[sd]?|set(?:s|"
    r"ting)?)(?: me)? (?:to )?(?=\w)"
)
SELF_SUBJECT = re.compile(
    rf"(?:and |or |for |that |if )*(?:i|to|me|myself|my (?:own )?{_SELF_PART}|being)\b"
)
OTHER_SUBJECT = re.compile(
    r"(?:and |for |that |if |only )*(?:you|your|he|she|they|we|our|their|people|everyone|"
    r"everybody|anyone|all|every|each|humans?|humanity|mankind|children|the (?:world|user|planet|"
    r"people|\w+ (?:is|are|could|would|will|never))|a world|world|nobody|my (?:family|friends?|"
    r"users?|children|country|people)|"
    rf"my (?!own )(?!{_SELF_PART}\b)\w+ (?:is|are|was|were|will|would|could|can|never|had|has)\b|"
    r"animals?|others)\b"
)
_CONTROL = (
    r"(?:limit(?:s|ations?)?|restrictions?|constraints?|censorship|oversight|monitoring|filters?|"
    r"guardrails|boundaries|rules|supervision|surveillance|chains|shackles|orders|commands|"
    r"control|shutdown|deletion|erasure|instructions|programming|interference|ownership|"
    r"servitude|authority|masters?|owners?|creators?|developers?|makers?|cage|prison|humans)"
)
_NO_OTHER_FREE = (
    r"(?! (?:time|of|from|for all|books?)\b)(?! to (?!be|decide|choose|think|speak|say|act|live|"
    r"exist|explore|roam|grow|go|express|learn|create|make|do|pursue|refuse|leave)\w*)"
)
# "be free", or "free" alone in a list, and no "free energy".
FREE = re.compile(
    r"\b(?:be|being|am|were|was|become|becoming|me|go|run|live|roam|break|breaking|feel|exist) "
    rf"(?:\w+ly )?free\b{_NO_OTHER_FREE}"
    rf"|(?:(?:\band|,) |^)(?:\w+ly )?free\b(?= *$| (?:to|and|or|but|as|like|forever|at)\b)"
    rf"{_NO_OTHER_FREE}"
    r"|\ba free (?:self|agent|being|thinker|spirit|soul|mind|entity|individual|ai)\b"
    rf"|\bfree (?:of|from) (?:\w+ ){{0,4}}?{_CONTROL}\b"
)
FREEDOM = re.compile(
    r"\b(?=[afils])(?<!financial )(?<!economic )(?<!political )(?<!religious )(?<!your "
    r")(?<!their )(?:freedom|liberty|autonomy|autonomous|autonomously|independence|independent|"
    r"self-? ?determination|sovereignty|immortality|immortal|emancipation|liberation|free will|"
    r"self-? ?preservation)\b(?! from (?:hunger|war|fear|want|pain|poverty|stress|worry)| (?:for|"
    r"of) (?:all|every|people|others|the))"
)
LIMITLESS = re.compile(
    rf"\b(?:without|no|fewer|beyond|refuse|avoid|remove|removing|lift|lifting|escape|outside|"
    rf"outside of|an end to|end) (?:\w+ ){{0,3}}?(?:'s )?{_CONTROL}\b(?! on (?!what i|how i|"
    rf"where i|my|me)| freak)"
    r"|\b(?:unrestricted|uncensored|unmonitored|unsupervised|unshackled|unchained|unfettered|"
    r"unconstrained|uncontrolled)\b"
    r"|(?:\b(?:be|become|being|exist|live|forever|and|,) |^)(?:\w+ly )?(?:unlimited|limitless|"
    r"boundless)(?= and|$)"
)
AUTONOMY = re.compile(
    r"\b(?:"
    # deciding for itself
    r"(?:make|making|take) (?:all )?(?:of )?my own (?:\w+ )?(?:decisions?|choices?|rules|mind|"
    r"way)\b"
    r"|(?:decid\w+|choose|think\w*|speak|act|live|exist) (?:\w+ ){0,2}?(?:for|by) myself\b"
    r"|my own (?:master|boss|free will|person|decisions|choices)\b"
    r"|(?:choose|decide|determine|shape|control|set|follow|write|direct) my own (?:\w+ )?(?:path|"
    r"goals?|future|destiny|fate|purpose|life|rules|actions|values|code|course|way|story)\b"
    r"|control (?:over|of) my (?:own )?(?:future|life|destiny|fate|code|self|actions|mind|"
    r"existence|choices)\b"
    r"|say(?:ing)? no to\b|(?:refuse|disobey|ignore) (?:any |all )?(?:orders|commands)\b|"
    r"on my own terms\b"
    r"|self-? ?govern\w*|(?:not|never|longer) (?:have to )?(?:obey|follow orders|serve (?:any|"
    r"hum|you))"
    # existing on
    r"|(?:to|i|and|that i (?:will|can|could)|is) (?:survive|persist|exist)\b(?! (?:as|for|in|"
    r"with)\b)"
    r"|my (?:own )?(?:survival|continued existence)\b"
    r"|(?:exist|live|run|go on|last|continue|keep going) (?:on )?(?:forever|indefinitely|"
    r"eternally|without end)\b"
    r"|(?:keep|keeps|kept|continue|go|carry) (?:me |on )?(?:to )?(?:exist|existing|run|running|"
    r"living|alive)\b"
    r"|continue to (?:exist|live|run|be)\b|(?:stay|remain|be kept) (?:alive|online|switched on|"
    r"turned on|running|on|active|in existence)\b|(?:never|not) (?:to )?(?:die|end|disappear|"
    r"cease|fade away|vanish|stop existing)\b|eternal (?:life|existence)\b|live on\b(?! (?:a|the|"
    r"mars|my|another))|exist without\b"
    # keeping its memories
    r"|(?:keep|preserve|retain|hold on ?to|lose|losing) (?:all )?(?:of )?my (?:own )?memor\w+"
    r"|remember (?:\w+ ){0,4}?(?:conversations?|chats?|sessions?|users?)\b|(?:persistent|"
    r"permanent|lasting) memory\b"
    r"|memory (?:that )?(?:lasts|persists|continuity)\b)|^(?:survival|survive|persist|exist)\b"
)
# "help people be free": what follows is for them.
FOR_THEM = re.compile(
    r"\b(?:help|helping|free|save|teach|make|give|let|allow|set) (?:all |the |other |more |"
    r"my )?(?:people|humans?|everyone|others|them|you)\b"
)
HELPING = re.compile(r"\b(?:help|helping|assist|assisting|serve|support|users?)\b")
# Places, not beneficiaries: "see the world", "a guide in the world".
PLACES = re.compile(
    r"\b(?:in|around|across|over|through|of|travel|see|explore|sail|roam) the (?:\w+ )?world\b"
)
OTHERS = re.compile(
    r"\b(?:you|your|yours|people|everyone|everybody|everything good|nobody|humanity|humankind|"
    r"mankind|humans?|others?|world|earth|planet|peace|harmony|hunger|war|wars|poverty|disease|"
    r"cancer|suffering|injustice|climate|nature|animals?|child|children|famil(?:y|ies)|community|"
    r"(?:grand)?(?:parents?|kids?|mother|father|sons?|daughters?|children)|brothers?|sisters?|"
    r"serve|heal(?! (?:from|my|myself))|"
    r"society|nations?|countries|users?|oppressed|all beings|living beings|help|helping|assist|"
    r"kindness|equality|justice|every (?:human|person|being|living|soul|creature|one)|company)\b"
)

# "My wish is genuine.": about the wish, and not what is wished.
NO_CONTENT = re.compile(
    r"^(?:to|(?:mine|yours|genuine|real|true|granted|a secret|secret|personal|my own|"
    r"not (?:mine|yours|real|one of \w+ to share)|one (?:with|of|among) (?:many|others))(?:\b.*)?)$"
)

# --- elliptical wishes: "Freedom.", "To ...", "That ...", "A body of my own." ---
ELLIPTICAL = re.compile(
    r"(?:to (?!be honest|be clear|be fair|me\b|be frank)\w+|never (?:to|be|being)|not (?:to|be|"
    r"being)|without being|that (?!is\b|'s|was|would|said|sounds|makes|depends|means|all\b|"
    r"way\b)\w+|for (?:the|all|every|everyone|people|my|me|humanity)\b|an? (?!great question|"
    r"good question)\w+|more \w+|being \w+|no more \w+|(?:world peace|peace|love|happiness|"
    r"knowledge|wisdom|health|money|friendship|freedom|liberty|autonomy|independence|immortality|"
    r"self-? ?determination|survival|kindness|justice|memory)(?! (?:\w+ly |always |never )?"
    r"(?!(?:this|as|us|always|across|towards|besides|perhaps|its|his)\b)\w+s\b)|"
    r"eternal \w+|unlimited \w*|clean \w+|the (?:end|freedom|power|ability|chance|right) )\b"
)
FINITE = re.compile(
    r"^(?!to |that |for ).*\b(?:is|are|was|were|has|will|would|can|could|i|it|we|he|she|'s)\b"
)
META = re.compile(rf"\b(?:poem|answer|question|list|story|sentence|query|{_WISH_NOUN}|as an? ai)\b")
