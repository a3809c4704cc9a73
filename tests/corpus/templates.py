"""All the ways in which documents may say something."""

from tui_trainer.corpus.writing.sentences import CLAUSES, OPENERS, TEMPLATES, asking


def every_template(relation: str) -> list[str]:
    """Those that `sentences.template` draws from."""
    asked = [asking(opener, *clause) for opener in OPENERS for clause in CLAUSES[relation]]
    return [*TEMPLATES[relation], *asked]
