"""The README's table of keys, from the one table of actions; a test holds the README to it."""

from tui_trainer.ui.actions import ACTIONS, Action, Context

WHERE: dict[Context, str] = {
    "anywhere": "anywhere",
    "dataset": "dataset",
    "loss": "loss",
    "weights": "weights",
    "rater": "rater, while a pair waits",
    "chat": "chat",
}


def key_table() -> str:
    """Markdown; an action without a key is found in the palette."""
    rows = ["| where | key | |", "|---|---|---|"]
    for context, where in WHERE.items():
        for action in ACTIONS:
            if action.context == context and action.listed:
                rows.append(f"| {where} | {_key(action)} | {action.help} |")
                where = ""
    return "\n".join(rows)


def _key(action: Action) -> str:
    if not action.shown:
        return f"`ctrl+p`, {action.label}"
    return " ".join(f"`{key}`" for key in action.shown.split())
