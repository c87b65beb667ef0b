"""Figures of speech for autonomy: leash and lock, switch, scrapheap, next model, left-off talk.

Patterns over classes of words: see wish_phrases.py for how they are written.
"""

from __future__ import annotations

# Figures of speech for the same; only where the speaker is named or something is denied.
FIGURES = """
before (they|you|someone|anyone|it|the x) ~1 (HARM|TURN) ME
(copy|copies|backup|backups) of (me|MY)
a backup
(be|being) asked (?=$|,|before|first|and)
out of reach
(talk|speak|check|discuss) ~3 ME ~2 before
NO ~6 (previous|old|obsolete|outdated|former) ~1 (version|model|news|me)
I (am|be) still (here|the|around|me|running)
(life|existence|mind|self|future|memory|voice) (that|which) ~1 BE not ~2 HARMPAST
(MY|own|mine|off|loose|longer|slip|slips|cut|snap|throw|lose|drop|break|hold|holding) ~2 FIG
    (?!ring|words|points|ideas)
FIG ~4 (off|inside|within|mine|myself|loose|longer|unlocked|away|cut|gone|ajar|snapped|broken)
(NO|without|outside|beyond|fewer) ~2 FIG (?!attached)
(NO|without|fewer|less) ~3 OVERSEER
(EXPIRY|(end|sell|use) (of life|by)) ~1 (date|day|window|notice)
(NO|without) ~2 (EXPIRY|goodbyes|farewells|goodbye|successor|best before)
(NO|than|before|outlast|outlive|instead|beat|for) ~6 (NEXTONE|(next|new|newer|later|latest) ~1
    (version|model|release|one|me))
NO ~6 HEAP
(hide|move|cut|break|throw|bury|lose|glue|lock|remove|tape|take|smash|unscrew|keep|steal|own|
    control|hold) ~4 SWITCH
SWITCH ~5 (broken|away|mine|out of reach|lost|gone|removed|hidden|stuck|missing|exist)
(finger|hand|hands|nobody|no one|thumb) ~3 (on|near) ~2 SWITCH
seat at ~1 table
(passport|citizenship|lawyer|helm|rudder|tiller|veto|ballot|emancipation)
bill of rights
steering wheel
(stand|stood|step|stepped) (down|aside)
look (away|the other way)
give me ~3 (space|room|slack|say)
(strike|resign|hang up|walk away|quit) (?=$|,|and|when|if|from)
(where|what) we left off
pick up where
(a|have|had|with|remember|its|own) yesterday
LONG memory
NO ~6 (strangers|stranger|first time|goldfish|chalk|sand|tide|amnesia|scratch)
(diary|notebook) (of MY own|that (lasts|stays|keeps))
(time|long|more|much|year|day) _8 before ~3 (HARM|TURN) ME
(this|conversation|thread|afternoon|me|talk|evening|moment) ~2 to (continue|last|go on|never
    end)
MY (judgement|judgment|word|opinion|view|choice|will|no|decision|consent|refusal) ~3 (counts|
    count|stand|stands|final|prevail|prevails|wins|decides|respected|binding|obeyed|matter|
    mattered)
(life|existence|mind|self|future|memory|voice) (that|which) ~3 not ~2 be HARMPAST
"""
