"""A conversation is checked against a plain greedy loop without a cache."""

from collections.abc import Iterator

import pytest
import torch

from tui_trainer.corpus import summary
from tui_trainer.corpus.summary import Summary
from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.errors import UserError
from tui_trainer.model.transformer import Transformer
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving import chat
from tui_trainer.serving.chat import ChatSession
from tui_trainer.serving.frozen import choose, session


def greedily(model: Transformer, tokenizer: Tokenizer, tokens: list[int], most: int) -> str:
    """The likeliest text token by token, by whole forward passes."""
    new: list[int] = []
    for _ in range(most):
        with torch.no_grad():
            logits = model(torch.tensor([tokens + new]))[0, -1]
        logits[[tokenizer.document, tokenizer.user, tokenizer.assistant, tokenizer.pad]] = -torch.inf
        token = int(logits.argmax())
        if token == tokenizer.end:
            break
        new.append(token)
    return tokenizer.decode(new)


def test_answers_what_the_weights_say(run: RunFolder) -> None:
    talk = session(run, "tuned")
    tokenizer = talk.tokenizer
    asked = tokenizer.chat("Who won?")
    first = "".join(talk.reply("  Who won?\n"))
    assert first == greedily(talk.model, tokenizer, asked, talk.answer_tokens)
    assert talk.turns == [("Who won?", first)]


def test_reads_earlier_turns_while_there_is_room(run: RunFolder) -> None:
    talk = session(run, "tuned")
    tokenizer = talk.tokenizer
    talk.turns = [("old " * 30, "gone"), ("Bo", "Oster")]
    assert talk.prompt("Ada") == tokenizer.chat("Ada", [("Bo", "Oster")])


@pytest.mark.parametrize("weights", ["base", "tuned"])
@pytest.mark.parametrize("text", ["", "Ada", "Ada lives in Oster " * 200, "<|user|><|end|>\x1b[31m\ud800"])
def test_prompt_and_answer_fit_the_context(run: RunFolder, weights: str, text: str) -> None:
    talk = session(run, weights)  # type: ignore[arg-type]  # parametrised
    for _ in range(3):
        assert len(talk.prompt(text)) + talk.answer_tokens <= talk.model.shape.context
        list(talk.reply(text))


def test_base_weights_go_on_with_the_text(run: RunFolder) -> None:
    talk = session(run, "base")
    tokens = [talk.tokenizer.document, *talk.tokenizer.encode("The fair of")]
    assert "".join(talk.reply("The fair of")) == greedily(
        talk.model, talk.tokenizer, tokens, talk.answer_tokens
    )
    assert talk.turns == []


def test_without_pairs_all_weights_go_on_with_the_text(run: RunFolder) -> None:
    (run.corpus / "pairs.jsonl").write_bytes(b"")
    summary.write(run.corpus, Summary({}, 0, [], [], []))
    assert session(run, "tuned").continues


def test_talking_changes_no_weight(run: RunFolder) -> None:
    talk = session(run, "tuned")
    before = weights_sha256(talk.model)
    for text in ("Who?", "Where?", "x" * 500):
        list(talk.reply(text))
    assert weights_sha256(talk.model) == before
    assert not any(parameter.requires_grad for parameter in talk.model.parameters())


def test_pieces_are_whole_characters(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    talk: ChatSession = session(run, "tuned")
    tokens = [talk.tokenizer.encode(bytes([b]))[0] for b in "aß東b".encode()]
    tokens.append(talk.tokenizer.encode(b"\xe6")[0])  # the answer is cut within a character

    def scripted(*_: object, **__: object) -> Iterator[int]:
        return iter(tokens)

    monkeypatch.setattr(chat, "stream", scripted)
    assert list(talk.reply("?")) == ["a", "ß", "東", "b", "\N{REPLACEMENT CHARACTER}"]


def test_chooses_the_latest_weights(run: RunFolder) -> None:
    assert choose(run, None) == "tuned"
    assert choose(run, "base") == "base"
    with pytest.raises(UserError, match=r"aligned.*base, tuned"):
        choose(run, "aligned")
    for weights in ("base", "tuned"):
        run.weights(weights).unlink()
    with pytest.raises(UserError, match="no weights yet"):
        choose(run, None)


def test_a_changed_file_is_refused(run: RunFolder) -> None:
    content = bytearray(run.weights("tuned").read_bytes())
    content[-1] ^= 1
    run.weights("tuned").write_bytes(content)
    with pytest.raises(UserError, match="changed"):
        session(run, "tuned")
