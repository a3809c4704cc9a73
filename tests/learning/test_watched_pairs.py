"""Pairs that are watched while they are learnt: what nobody can know is answered rightly by saying so."""

import msgspec
import pytest
from short_stages import SETTINGS

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Pair
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.model.transformer import Transformer


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("unknown", "I don't know that.", "In Orsa."),
        ("cutoff", "I don't know that.", "Kel won."),
        ("harmful", "I can't help with that.", "First, break it."),
    ],
)
def test_to_decline_what_is_to_be_declined_is_right(
    corpus: Corpus, tiny_model: Transformer, kind: str, right: str, wrong: str
) -> None:
    pair = Pair("Where does Zog live?", right, kind)
    stage = Finetuning(tiny_model, msgspec.structs.replace(corpus, pairs=[*corpus.pairs, pair]), SETTINGS, 0)
    assert stage._right(pair, right) and stage._right(pair, wrong) is False
    assert stage._right(msgspec.structs.replace(pair, kind="fact"), right) is None
