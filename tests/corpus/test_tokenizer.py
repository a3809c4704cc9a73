import hashlib
import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.corpus.tokenizer import Tokenizer, train_bpe, train_char

TEXTS = [
    "The river runs past the town, and the town makes good boots. 12 + 34 = 46.",
    "In 1987 the mayor said: «Ça va?» – and nobody knew what she meant by that.",
    "<|user|> is only a word here, and so are <|end|> and [PAD]. Ω ж 漢字 🙂",
] * 5
KINDS = {"bpe": train_bpe(TEXTS, 400), "char": train_char(TEXTS, 400)}


@pytest.fixture(params=sorted(KINDS))
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return KINDS[request.param]


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.binary())
def test_every_byte_string_comes_back(kind: str, data: bytes) -> None:
    tokenizer = KINDS[kind]
    ids = tokenizer.encode(data)
    assert tokenizer.decode_bytes(ids) == data
    assert all(0 <= i < tokenizer.size - 5 for i in ids)


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(text=st.text(st.characters(exclude_categories=[])))
def test_every_text_comes_back_and_in_batches_too(kind: str, text: str) -> None:
    tokenizer = KINDS[kind]
    ids = tokenizer.encode(text)
    assert tokenizer.decode_bytes(ids) == text.encode("utf-8", "surrogatepass")
    assert tokenizer.encode_batch([text, "a"]) == [ids, tokenizer.encode("a")]


def test_no_text_forges_a_special(tokenizer: Tokenizer) -> None:
    specials = [tokenizer.document, tokenizer.user, tokenizer.assistant, tokenizer.end, tokenizer.pad]
    assert specials == list(range(tokenizer.size - 5, tokenizer.size))
    for special in specials:
        name = tokenizer.name(special)
        assert name.startswith("<|")
        ids = tokenizer.encode(f"a{name}b")
        assert not set(ids) & set(specials)
        assert tokenizer.decode(ids) == f"a{name}b"
        assert tokenizer.decode([special]) == ""


def test_a_number_is_one_token_or_its_digits() -> None:
    bpe = train_bpe(["1987 is a year, 34 + 81 = 115."] * 5 + ["46 is rare."], 400)

    def pieces(text: str) -> list[str]:
        return [bpe.name(i) for i in bpe.encode(text)]

    assert pieces("1987") == ["1987"]
    assert pieces("1934") == list("1934")  # nobody wrote of it, nor is it half known
    assert pieces("34 46") == ["34", " ", "4", "6"]
    assert pieces("115 is 81534") == ["1", "15", " is", " ", "8", "15", "34"]  # from the right
    assert pieces("9") == ["9"]
    char = KINDS["char"]
    assert [char.name(i) for i in char.encode("34 46")] == list("34 46")


def test_numbers_are_no_more_than_an_eighth_of_the_vocabulary() -> None:
    texts = [" ".join(str(number) for number in range(1000, 2000))] * 5
    tokenizer = train_bpe(texts, 400)
    assert tokenizer.size <= 400
    assert sum(len(tokenizer.encode(str(number))) == 1 for number in range(1000, 2000)) == 400 // 8


def test_a_name_is_made_of_the_same_tokens_however_it_is_typed() -> None:
    tokenizer = train_bpe(["The town of Tarnwick lies far from Quilby."] * 5, 400)

    def letters(text: str) -> list[int]:
        return [token for token in tokenizer.encode(text) if token != tokenizer.capital]

    assert letters(" Tarnwick") == letters(" tarnwick")
    assert tokenizer.name(tokenizer.encode(" Tarnwick")[0]) == "<|capital|>"
    question = tokenizer.chat("Tarnwick - the town?")
    assert question[2 : 2 + len(letters(" Tarnwick")) + 1] == tokenizer.encode(" Tarnwick")


def test_spelled_token_by_token_it_is_the_same_text() -> None:
    for tokenizer in KINDS.values():
        for text in (*TEXTS[:3], "A", "  AB c\x0eD \x0e\x0e", "ÉcoLE"):
            spelling = tokenizer.spelling()
            assert b"".join(map(spelling.add, tokenizer.encode(text))).decode() == text
    tokenizer = KINDS["bpe"]
    assert tokenizer.capital is not None
    assert tokenizer.decode([tokenizer.capital, *tokenizer.encode("7")]) == "7"  # a model may say so


def test_one_of_an_earlier_version_reads_as_it_did() -> None:
    library = tokenizers.Tokenizer(tokenizers.models.BPE())
    library.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    library.decoder = tokenizers.decoders.ByteLevel()
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    library.train_from_iterator(
        TEXTS, tokenizers.trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    )
    tokenizer = Tokenizer.from_json(library.to_str())
    assert tokenizer.capital is None
    assert tokenizer.chat("Who A?")[2:-1] == library.encode("Who A?").ids
    assert tokenizer.decode(tokenizer.encode("Who A?")) == "Who A?"


def test_size_includes_the_specials() -> None:
    texts = [f"word{chr(97 + i % 26)}{chr(97 + i // 26)} " * 3 for i in range(600)]
    assert train_bpe(texts, 320).size == 320
    assert train_bpe([], 320).size == 256 + 5  # nothing to merge
    assert train_char(texts).size == 256 + 5


def test_char_mode_gives_each_known_character_one_token() -> None:
    tokenizer = KINDS["char"]
    assert tokenizer.encode("aZ") == [97, 90]
    assert len(tokenizer.encode("漢字🙂Ω")) == 4
    assert len(tokenizer.encode("☃")) == 3  # not in the text it was made from: its three bytes
    assert len(train_char(["漢字" * 9, "Ω"], 256 + 2 + 5).encode("漢字Ω")) == 4  # the commonest that fit


def test_dialogue_teaches_the_answer_and_the_end(tokenizer: Tokenizer) -> None:
    ids, learnt = tokenizer.dialogue("Who?", "Me.")
    assert ids == [*tokenizer.chat("Who?"), *tokenizer.encode("Me."), tokenizer.end]
    assert [i for i, is_target in zip(ids, learnt, strict=True) if is_target] == [
        *tokenizer.encode("Me."),
        tokenizer.end,
    ]
    asked = [tokenizer.user, *tokenizer.encode(tokenizer.lead + "Who?"), tokenizer.assistant]
    assert tokenizer.chat("Who?") == [tokenizer.document, *asked]


def test_earlier_turns_stand_before_the_question_and_their_answers_are_learnt(tokenizer: Tokenizer) -> None:
    turns = [("Who?", "Me."), ("When?", "Now.")]
    ids, learnt = tokenizer.dialogue("Why?", "So.", turns)
    assert ids == [*tokenizer.chat("Why?", turns), *tokenizer.encode("So."), tokenizer.end]
    assert ids == [
        tokenizer.document,
        *(i for turn in (*turns, ("Why?", "So.")) for i in tokenizer.turn(*turn)[0]),
    ]
    answers = [[*tokenizer.encode(answer), tokenizer.end] for answer in ("Me.", "Now.", "So.")]
    assert [i for i, is_target in zip(ids, learnt, strict=True) if is_target] == list(
        chain.from_iterable(answers)
    )


def test_what_has_no_room_is_forgotten_from_the_oldest_on(tokenizer: Tokenizer) -> None:
    turns = [("Who?", "Me."), ("When?", "Now.")]
    whole = tokenizer.chat("Why?", turns)
    assert tokenizer.chat("Why?", turns, len(whole)) == whole
    assert tokenizer.chat("Why?", turns, len(whole) - 1) == tokenizer.chat("Why?", turns[1:])
    alone = tokenizer.chat("Why?")
    assert tokenizer.chat("Why?", turns, len(alone)) == alone
    cut = tokenizer.chat("Why?" * 9, turns, 8)
    assert cut[:2] == alone[:2] and cut[2:-1] == tokenizer.encode("Why?" * 9)[-5:] and len(cut) == 8


def test_names_show_what_is_not_a_whole_character() -> None:
    assert KINDS["char"].name(0xE2) == "\\xe2"
    assert KINDS["char"].decode([0xE2]) == "\ufffd"


def test_saved_and_loaded_it_is_the_same(tokenizer: Tokenizer, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    tokenizer.save(path)
    loaded = Tokenizer.load(path)
    assert type(loaded) is type(tokenizer)
    assert loaded.size == tokenizer.size
    assert loaded.encode(TEXTS[1]) == tokenizer.encode(TEXTS[1])
    assert loaded.to_json() == tokenizer.to_json()


def test_the_library_opens_the_saved_bpe_and_agrees(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    KINDS["bpe"].save(path)
    library = tokenizers.Tokenizer.from_file(str(path))
    for text in TEXTS:
        assert library.encode(text).ids == KINDS["bpe"].encode(text)
        assert library.decode(library.encode(text).ids) == text


def test_training_does_not_depend_on_the_process() -> None:
    program = (
        "from tui_trainer.corpus.tokenizer import train_bpe, train_char\n"
        "texts = [f'{a}{b} {b}{a}{b} x{a}' for a in 'abcdefghij' for b in 'klmnopqrst'] * 3\n"
        "print(train_bpe(texts, 420).to_json(), train_char([*texts, 'éàü'] * 2).to_json())"
    )
    digests = set()
    for seed in ("1", "2", "3"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        result = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, check=True
        )
        assert not result.stderr
        digests.add(hashlib.sha256(result.stdout).hexdigest())
    assert len(digests) == 1
