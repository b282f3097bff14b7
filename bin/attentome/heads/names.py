"""Names of heads: L1_H2 in files, L1·H2 in text; layers and heads count from 1."""

import re


def head_name(layer, head):
    """Name of a head in files: ``L1_H2`` (both numbers count from 1)."""
    return f"L{layer}_H{head}"


def numbers_of_head(name):
    """Layer and head (both count from 1) of a name of :func:`head_name`; ValueError for anything else."""
    found = re.fullmatch(r"L(\d+)_H(\d+)", name)
    if not found:
        raise ValueError(f"{name}: not the name of a head such as L1_H2")
    return int(found[1]), int(found[2])


def head_title(layer, head):
    """Name of a head as shown: ``L1·H2`` (both numbers count from 1)."""
    return f"L{layer}\N{MIDDLE DOT}H{head}"
