"""Write motifs as MEME 4 text, which every motif tool reads: https://meme-suite.org/meme/doc/meme-format.html."""

import numpy as np

from attentome.io.files import write_text
from attentome.motifs.logo import LETTERS

UNIFORM = np.full(4, 0.25)


def write_motifs(path, motifs, background=UNIFORM):
    """Write motifs as MEME 4 text.

    Parameters
    ----------
    path : str or Path
    motifs : list of Motif
        Ids and names without white space.
    background : ndarray, shape (4,)
        Frequencies of A, C, G, T.

    Raises
    ------
    ValueError
        If an id or a name is empty or holds white space, which would be read back as something else.
    """
    write_text(path, motif_text(motifs, background))


def motif_text(motifs, background=UNIFORM):
    """Motifs as MEME 4 text with six decimals; see :func:`write_motifs`. Without sites, nsites is left out.

    Returns
    -------
    str
        The id alone follows MOTIF where the name is the same.
    """
    shares = " ".join(f"{letter} {share:.5f}" for letter, share in zip(LETTERS, background, strict=True))
    lines = ["MEME version 4", "", f"ALPHABET= {LETTERS}", "", "strands: + -", ""]
    lines += ["Background letter frequencies", shares]
    for motif in motifs:
        for label in (motif.id, motif.name):
            if len(label.split()) != 1 or label != label.strip():
                raise ValueError(f"motif '{label}': a name in a MEME file is one word; replace its spaces")
        sites = "" if motif.sites is None else f" nsites= {motif.sites}"
        lines += ["", f"MOTIF {motif.id}" + ("" if motif.name == motif.id else f" {motif.name}")]
        lines += [f"letter-probability matrix: alength= 4 w= {len(motif.frequencies)}{sites}"]
        lines += [" " + " ".join(f"{value:.6f}" for value in row) for row in motif.frequencies]
    return "\n".join(lines) + "\n"
