"""Sentences from a text template that is a list: each begins with a dash and may fill several lines."""

import re


def items(text):
    """Items of a list.

    Parameters
    ----------
    text : str
        ``- first item`` at the start of a line, further lines of the item below it.

    Returns
    -------
    list of str
        Each item on one line, without its dash.
    """
    return [re.sub(r"[ \n]+", " ", item).strip() for item in re.split(r"^- ", text, flags=re.MULTILINE)[1:]]
