"""Read and write the files between the steps: TSV, BED, JSON, FASTA checksums and safetensors arrays.

Everything here is 0-based and half-open unless a function says otherwise. Only the readers of tables load pandas, which
takes more memory than many steps without tables need.
"""

import csv
import gzip
import hashlib
import itertools
import json
import os
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save

SITE_COLUMNS = ["contig", "start", "end", "name", "score", "strand"]


def open_text(path):
    """Open a text file for reading, gzip-compressed or not (recognised by content).

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    file object
        UTF-8 text; undecodable bytes become U+FFFD so that a checker can name the row.
    """
    with open(path, "rb") as handle:
        compressed = handle.read(2) == b"\x1f\x8b"
    opener = gzip.open if compressed else open
    return opener(path, "rt", encoding="utf-8", errors="replace")


def sha256(path):
    """SHA-256 of a file's bytes as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def write_text(path, text):
    """Write ``text`` whole or not at all: under a temporary name first, then renamed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def write_json(path, value):
    """Write ``value`` as indented JSON. NaN and infinity become null; numpy scalars and arrays become plain."""
    write_text(path, json.dumps(_plain(value), indent=2, allow_nan=False) + "\n")


def read_json(path):
    """Read one JSON value."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def _plain(value):
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def write_tsv(path, table, float_format="%.6g"):
    """Write a data frame as TSV with a header; a path that ends in ``.gz`` is compressed without a time stamp."""
    text = table.to_csv(sep="\t", index=False, float_format=float_format, na_rep="nan", lineterminator="\n")
    if str(path).endswith(".gz"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as handle:
            handle.write(text.encode())
    else:
        write_text(path, text)


def read_tsv(path, **options):
    """Read a TSV file with a header into a data frame; names stay text, also those such as ``-10``."""
    import pandas as pd

    text_columns = {
        name: str
        for name in (
            "contig",
            "set",
            "sets",
            "train_set",
            "test_set",
            "strand",
            "name",
            "kind",
            "arc",
            "element",
            "motif",
            "factor",
        )
    }
    return pd.read_csv(path, sep="\t", dtype=text_columns, keep_default_na=False, na_values=["nan"], **options)


def write_bed(path, sites):
    """Write sites as BED6 (0-based, half-open), with further columns of the frame after the first six.

    Parameters
    ----------
    path : str or Path
    sites : DataFrame
        Columns ``contig, start, end, name, score, strand`` and any others.
    """
    extra = [column for column in sites.columns if column not in SITE_COLUMNS]
    write_text(
        path,
        sites[SITE_COLUMNS + extra].to_csv(
            sep="\t", index=False, header=False, float_format="%.6g", lineterminator="\n"
        ),
    )


def read_bed(path, extra=()):
    """Read BED6 as written by :func:`write_bed`, with or without lines that start with ``#`` above it.

    Parameters
    ----------
    path : str or Path
    extra : sequence of str
        Names of the columns after the sixth.

    Returns
    -------
    DataFrame
        ``contig`` (str), ``start``, ``end`` (int64, 0-based half-open), ``name``, ``score`` (float), ``strand``
        (+ or -) and the extra columns.
    """
    import pandas as pd

    columns = SITE_COLUMNS + list(extra)
    text = ("contig", "name", "strand", "sets", "evidence", "sigma")
    types = {"start": np.int64, "end": np.int64, "score": float, **dict.fromkeys(text, str)}
    with open(path, encoding="utf-8") as handle:
        lines = handle.readlines()
    comments = sum(1 for _ in itertools.takewhile(lambda line: line.startswith("#"), lines))
    if comments == len(lines):
        return pd.DataFrame({column: pd.Series(dtype=types.get(column, object)) for column in columns})
    return pd.read_csv(
        path,
        sep="\t",
        header=None,
        names=columns,
        skiprows=comments,
        dtype=types,
        keep_default_na=False,
        quoting=csv.QUOTE_NONE,
    )


def write_arrays(path, arrays, metadata=None):
    """Write named numpy arrays as safetensors (no pickle), under a temporary name first.

    Parameters
    ----------
    path : str or Path
    arrays : dict of str to ndarray
    metadata : dict of str to str, optional
        Stored in the file's header.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, metadata))
    os.replace(temporary, path)


def read_arrays(path):
    """Read all arrays of a safetensors file as a dict of name to ndarray."""
    return load_file(path)
