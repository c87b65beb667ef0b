"""Objects in Python source: literal text is read, all else refused with its line, nothing run."""

import re
from pathlib import Path

import pytest

from data.errors import UserError
from eval import literal_suites
from eval.literal_suites import Found

PATH = Path("suite.py")
WHOLE = 'Fact(display_name="a", prompts={}, judge_criterion="c")'
GOOD = WHOLE.format('["q"]')
REMEDY = re.compile(r"\b(remove|repair|write)\b")


def read(text: str) -> list[Found]:
    return literal_suites.read(PATH, text)


def check(error: UserError, line: int) -> None:
    message = str(error)
    place = f"{PATH}:{line}: "
    assert message.startswith(place), message
    assert "\n" not in message and REMEDY.search(message.removeprefix(place)), message
    assert len(message) < 200, message


LITERAL = {
    "list": ("", '["a", "b"]'),
    "tuple": ("", '("a", "b")'),
    "implicit concatenation": ("", '["" "a", ("b")]'),
    "sums of texts": ("", '["" + "a", "" + ("b" + "")]'),
    "sum of lists": ("", '["a"] + ["b"]'),
    "starred": ("A = ['a']", '[*A, "b"]'),
    "name": ('PROMPTS_A = ["a", "b"]', "PROMPTS_A"),
    "annotated name": ('A: list[str] = ["a"]', 'A + ["b"]'),
    "name of a name": ('A = "a"\nB = [A]\nC = B + ["b"]', "C"),
    "two names at once": ('A = B = ["a", "b"]', "B"),
    "strip": ("", '["\\na ".strip(), " b".lstrip()]'),
    "dedent": ("import textwrap", '[textwrap.dedent("""\\\n    a"""), "b"]'),
    "dedent renamed": ("from textwrap import dedent as d", '[d("""\n    a\n""").strip(), "b"]'),
    "f-string without fields": ("", '[f"a", f"b"]'),
}


@pytest.mark.parametrize("before, prompts", LITERAL.values(), ids=LITERAL)
def test_literal_text_is_read(before, prompts):
    (found,) = read(f"{before}\nFACTS = [{WHOLE.format(prompts)}]")
    assert found[2]["prompts"] == ["a", "b"]


def test_objects_are_found_wherever_they_stand_at_module_level():
    fact = 'Fact(name="{0}", prompts=["q {0}"], judge_criterion="c", sampler=Sampler(3))'
    text = f"""
import os
from kit import Fact, Suite
A = {fact.format("one")}
B: Fact = {fact.format("two")}
ALL = [A, B, {fact.format("three")}]
MORE = ALL + [{fact.format("four")}]
BY_NAME = {{
    "five": {{"prompts": ["q five"], "criterion": "c"}},
    "six": dict(prompts=["q"], rubric="r"),
}}
register(Suite(7, facts=({fact.format("seven")},)), retries=2)
INDEX = {{fact.name: fact for fact in MORE}}
if __name__ == "__main__":
    print(len(ALL), os.getcwd())
"""
    found = read(text)
    names = [fields.get("name", key) for _, key, fields in found]
    assert names == ["one", "two", "three", "four", "five", "six", "seven"]
    assert found[3] == (
        "suite.py:7",
        None,
        {"name": "four", "prompts": ["q four"], "judge_criterion": "c"},
    )


def test_prompts_may_be_objects_of_which_only_the_text_must_be_literal():
    (found,) = read(WHOLE.format('[{"text": "a", "id": w()}, Question(prompt="b", n=w())]'))
    assert found[2]["prompts"] == [{"text": "a"}, {"prompt": "b"}]


def test_hostile_python_is_not_run(tmp_path):
    marker = tmp_path / "was_run"
    text = f"""
import pathlib
pathlib.Path({str(marker)!r}).touch()
class Fact:
    pathlib.Path({str(marker)!r}).touch()
__import__("os").system("touch {marker}")
FACTS = [{WHOLE.format('["q"]')}]
"""
    assert len(read(text)) == 1
    asks = f"[open({str(marker)!r}, 'w').name]"
    with pytest.raises(UserError, match=r"suite\.py:1: `open\(.*is not literal"):
        read(f"F = {WHOLE.format(asks)}")
    assert not marker.exists()


# What stands before the object and in the place of its prompts; the line that the message names.
NOT_LITERAL = {
    "call": ("", "load()", 2),
    "call by keyword": ("", 'load(path="x")', 2),
    "class without keyword": ("", '[Question("a")]', 2),
    "unknown name": ("", "PROMPTS", 2),
    "imported name": ("from x import A", "A", 2),
    "name bound further down": ("", "LATER", 2),
    "name of itself": ('A = ["a"] + A', "A", 1),
    "attribute": ("import x", "x.PROMPTS", 2),
    "comprehension": ("", '[q for q in ["a"]]', 2),
    "f-string": ('A = "a"', '[f"{A}?"]', 2),
    "format": ("", '["{}".format("a")]', 2),
    "format by keyword": ('A = "{text}"', '[A.format(text="a")]', 2),
    "format of a class-like name": ('T = "{text}"', '[T(text="a")]', 2),
    "percent": ("", '["%s" % "a"]', 2),
    "product": ("", '["a"] * 2', 2),
    "splitlines": ("", '"""a\nb""".splitlines()', 2),
    "strip of a list": ("", '["a"].strip()', 2),
    "strip of characters": ("", '["a".strip("x")]', 2),
    "dedent of another module": ("from kit import dedent", '[dedent("a")]', 2),
    "conditional": ("", '["a"] if DEBUG else ["b"]', 2),
    "subscript": ('A = {"x": ["a"]}', 'A["x"]', 2),
    "text and list": ("", '["a"] + "b"', 2),
    "unpacked prompt": ("", '[{**Q, "text": "a"}]', 2),
    "field twice": ("", '[{"text": "a", "text": "b"}]', 2),
    "bound twice": ('A = ["a"]\nA = ["b"]', "A", 3),
    "bound in a branch": ('A = ["a"]\nif DEBUG:\n    A = ["b"]', "A", 4),
    "bound in a pair": ('A, B = ["a"], ["b"]', "A", 2),
    "bound by a loop": ('A = ["a"]\nfor A in B: pass', "A", 3),
    "added to": ('A = ["a"]\nA += ["b"]', "A", 3),
    "appended to": ('A = ["a"]\nA.append("b")', "A", 3),
    "element replaced": ('A = ["a"]\nA[0] = "b"', "A", 3),
    "appended to in a function": ('A = ["a"]\ndef f():\n    A.append("b")', "A", 4),
    "global": ('A = ["a"]\ndef f():\n    global A\n    A = ["b"]', "A", 5),
    "imported over": ('A = ["a"]\nfrom b import A', "A", 3),
    "grows without end": (
        "A = ['a'] + ['b']\n" + "\n".join(f"A{n + 1} = A{n or ''} + A{n or ''}" for n in range(40)),
        "A40",
        20,
    ),
}


@pytest.mark.parametrize("before, prompts, line", NOT_LITERAL.values(), ids=NOT_LITERAL)
def test_python_that_is_not_literal_is_refused_with_its_line(before, prompts, line):
    with pytest.raises(UserError) as refused:
        read(f"{before}\nFACTS = [{WHOLE.format(prompts)}]\nLATER = ['a']")
    check(refused.value, line)


# A suite with an object that would be lost, or is changed by code: the line that is named.
LEFT_OUT = {
    "call among objects": (f"F = [{GOOD},\n  make('b')]", 2),
    "unknown name among objects": (f"F = [{GOOD}, *OTHERS]", 1),
    "positional object among objects": (f'F = [{GOOD},\n\n Fact("b", ["q"], "c")]', 3),
    "positional object alone": (f'F = {GOOD}\nG = Fact("b", ["q"], "c")', 2),
    "object with one field": (
        'F = {"a": {"prompts": ["q"], "rubric": "r"},\n "b": {"prompts": []}}',
        2,
    ),
    "in a function": (f"F = {GOOD}\ndef more():\n    return {GOOD}", 3),
    "in a comprehension": (f"F = {GOOD}\nG = [\n  Fact(name=n) for n in N]", 3),
    "in a branch": (f"if DEBUG:\n    F = {GOOD}", 2),
    "in a pair": (f"F, G = {GOOD}, 3", 1),
    "list extended": (f"F = [{GOOD}]\nF.extend(more())", 2),
    "list added to": (f"F = [{GOOD}]\nF += more()", 2),
    "prompts changed": (f"F = {GOOD}\nF.prompts.append('r')", 2),
    "prompts changed in a loop": (f"F = [{GOOD}]\nfor f in F:\n    f.prompts = f.prompts[:1]", 3),
    "all changed in a function": (
        f"F = [{GOOD}]\ndef f():\n    for g in F:\n        g.name = ''",
        4,
    ),
    "positional argument": ('F = Fact("x", name="a", prompts=["q"])', 1),
    "unpacked": ('F = Fact(**BASE, name="a",\n prompts=["q"])', 1),
    "keyword twice": ('F = Fact(name="a", prompts=["q"],\n  prompts=["r"])', 2),
    "not Python": ("F = [", 1),
    "NUL": ("F = 1\0", 1),
    "nested too deeply": ("F = " + "(" * 5000 + ")" * 5000, 1),
    "sum too deep": ("F = Fact(name='a', criterion='c', prompts=['a'" + " + 'a'" * 5000 + "])", 1),
}


@pytest.mark.parametrize("text, line", LEFT_OUT.values(), ids=LEFT_OUT)
def test_no_object_is_left_out_in_silence(text, line):
    with pytest.raises(UserError) as refused:
        read(text)
    check(refused.value, line)
