"""A picture of the screen that can be opened anywhere, and asks no other machine for anything."""

import re


def free_of_addresses(svg: str) -> str:
    """Without the fonts that would be fetched; a reader's own fixed-width font does."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!-- Generated.*?-->", "", svg)
    return svg.replace("Fira Code, monospace", "'Fira Code', 'DejaVu Sans Mono', Menlo, Consolas, monospace")
