"""The values of JSON texts, in every layout and cut into pieces anywhere."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.corpus.reading import values as module
from tui_trainer.corpus.reading.values import LONG, Bad, values

LONGEST = 1_000
LAYOUTS = {
    "a line each": lambda records: "\n".join(map(json.dumps, records)),
    "a line each, with commas": lambda records: ",\n".join(map(json.dumps, records)),
    "over several lines": lambda records: "\n".join(json.dumps(r, indent=1) for r in records),
    "over several lines, not indented": lambda records: "\n".join(json.dumps(r, indent=0) for r in records),
    "one behind the other": lambda records: "".join(map(json.dumps, records)),
    "an array": lambda records: json.dumps(records),
    "an array, a line each": lambda records: "[\n" + ",\n".join(map(json.dumps, records)) + "\n]\n",
    "an array over several lines": lambda records: json.dumps(records, indent=2),
}
RECORDS = st.dictionaries(
    st.text(alphabet='abc "{[\\', max_size=5),  # no `role`, which makes a dialogue of an array
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
    ),
    min_size=1,
    max_size=3,
)


def found(text: str, size: int = 10**9, longest: int = LONGEST) -> list[Any]:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return [each.value for each in values(pieces, longest)]


@pytest.mark.parametrize("layout", LAYOUTS)
@given(records=st.lists(RECORDS, min_size=1, max_size=5), size=st.integers(1, 40))
def test_every_layout_says_the_same(layout: str, records: list[Any], size: int) -> None:
    assert found(LAYOUTS[layout](records), size, 10**6) == records


def test_where_a_value_begins_is_told() -> None:
    text = '{"a": 1}\n\n{\n "a": 2\n}\n[{"a": 3},\n{"a": 4}]\n{"a": 5}'
    assert [(v.line, v.value["a"]) for v in values([text], LONGEST)] == [
        (1, 1),
        (3, 2),
        (6, 3),
        (7, 4),
        (8, 5),
    ]


@pytest.mark.parametrize(
    "broken", ['{"a": 1', '{"a": "x', "{'a': 1}", "x", "[1, 2]", "}", '{"a": ' + "9" * 5_000 + "}"]
)
def test_a_broken_line_costs_itself_alone(broken: str) -> None:
    good = [{"a": n} for n in range(4)]
    lines = [json.dumps(good[0]), broken, *map(json.dumps, good[1:])]
    assert [v for v in found("\n".join(lines), 7, 10_000) if isinstance(v, dict)] == good


def test_a_broken_value_of_an_array_costs_itself_alone() -> None:
    text = '[{"a": 1}, {"a" 2}, nonsense, {"a": "x' + "x" * LONGEST + '"}, {"a": 5}]'
    for size in (1, 10, 10**6):
        good = [{"a": 1}, Bad("not JSON"), Bad("not JSON"), Bad(LONG), {"a": 5}]
        assert found(text, size) == good
        assert found(text.replace("[", "[\n", 1), size) == good


def test_turns_in_an_array_stay_together() -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]
    assert found(json.dumps(turns) + "\n" + json.dumps(turns)) == [turns, turns]


def test_a_long_line_is_one_bad_value() -> None:
    text = '{"a": "' + "x" * 3 * LONGEST + '"}\n{"a": 1}'
    for size in (1, 100, 10**6):
        assert found(text, size) == [Bad(LONG), {"a": 1}]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "[{" * 50_000, '"' * 100_001, "[" + "{}" * 10]
)
def test_what_never_ends_is_refused(text: str) -> None:
    assert any(isinstance(value, Bad) for value in found(text, 4_096))
    assert any(isinstance(value, Bad) for value in found(text.replace("[", "[\n", 5), 4_096))


@pytest.mark.parametrize("unit", ["{\n", '{"a":\n', '"\n', "[\n", "x\n", '{"a": "\n', '\\"\n', "{[\n"])
def test_the_work_grows_with_the_text_alone(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Characters looked at for the ends of values and held, of a text and of one four times as long."""
    work = 0

    class Counted(module._Text):
        def _more(self) -> bool:
            nonlocal work
            work += len(self._held) - self._at
            return super()._more()

        def bracketed(self, longest: int, hold: bool = False) -> str | Bad:
            nonlocal work
            try:
                return super().bracketed(longest, hold)
            finally:
                work += self.looked

    monkeypatch.setattr(module, "_Text", Counted)
    costs = []
    for length in (50_000, 200_000):
        work = 0
        found(unit * (length // len(unit)), 1_024)
        costs.append(work)
    assert costs[1] <= 6 * costs[0] + 100 * LONGEST


@given(st.text(alphabet='{}[]",:\\ \n1a', max_size=200), st.integers(1, 50))
def test_how_a_text_is_cut_does_not_matter(text: str, size: int) -> None:
    assert found(text, size) == found(text)
