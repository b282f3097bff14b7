"""Fetch a source as a checked file with its provenance, from an address or by an accession at NCBI.

NCBI's addresses follow its documentation: Datasets v2 for a genome package (a zip that holds
``ncbi_dataset/data/<accession>/``) and E-utilities efetch for a single sequence.
"""

import gzip
import re
import shutil
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from attentome.inputs.download import BY_HAND, SourceFault, download, public_url, safe_name
from attentome.io.files import sha256

NCBI_DATASETS = "https://api.ncbi.nlm.nih.gov/datasets/v2/genome/accession"
NCBI_EFETCH = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi"
SOURCE_KINDS = ("genome", "annotation", "set")
PACKAGE = {"genome": ("GENOME_FASTA", "_genomic.fna"), "annotation": ("GENOME_GFF", "genomic.gff")}
"""Kind -> what to ask NCBI Datasets for, and how the file's name in the package ends."""
_ASSEMBLY = re.compile(r"GC[AF]_\d{9}(\.\d+)?")
_SEQUENCE = re.compile(r"[A-Z]{1,6}_?[A-Z]{0,6}\d{5,10}(\.\d+)?")


def fetch(
    source,
    folder,
    kind,
    checksum=None,
    size=None,
    attempts=5,
    timeout=30.0,
    pause=2.0,
    ncbi_datasets=NCBI_DATASETS,
    ncbi_efetch=NCBI_EFETCH,
):
    """Fetch one source into a folder; an incomplete file, another file or a web page is not kept.

    Parameters
    ----------
    source : str
        An http, https or ftp address, or ``accession:`` and an assembly (GCF_, GCA_) or a sequence (NC_000913.3).
    folder : str or Path
        Made if it is not there.
    kind : {"genome", "annotation", "set"}
        A genome must be FASTA. An annotation comes by an assembly's accession, a set by an address only.
    checksum : str, optional
        SHA-256 that the file must have, as 64 hexadecimal digits. Of an assembly: of the unpacked file.
    size : int, optional
        Bytes that the file must have.
    attempts, timeout, pause
        See :func:`attentome.inputs.download.download`.
    ncbi_datasets, ncbi_efetch : str
        Where NCBI's services are.

    Returns
    -------
    dict
        ``source`` and final ``url`` (both without passwords), ``kind``, ``file`` (name in the folder), ``fetched``
        (UTC, ISO 8601), ``bytes``, ``sha256``, ``attempts``, ``resumed`` (attempts that continued an interrupted one).

    Raises
    ------
    SourceFault
    """
    url, packed = address(source, kind, ncbi_datasets, ncbi_efetch)
    name_of = accession(source)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = download(url, folder, attempts, timeout, pause)
        refuse_no_data(found.path)
        part, name = found.path, found.name
        if packed:
            part, name = unpack(found.path, kind, name_of)
            refuse_no_data(part)
        elif name_of is not None:
            name = f"{safe_name(name_of)}.fna"
        if kind == "genome":
            refuse_no_fasta(part)
        digest, length = sha256(part), part.stat().st_size
        check(digest, length, checksum, size)
        part.replace(folder / name)
    finally:
        for rest in folder.glob("*.part"):
            rest.unlink()
    return {
        "source": public_source(source),
        "url": public_url(found.url),
        "kind": kind,
        "file": name,
        "fetched": datetime.now(UTC).isoformat(timespec="seconds"),
        "bytes": length,
        "sha256": digest,
        "attempts": found.attempts,
        "resumed": found.resumed,
    }


def accession(source):
    """The accession that a source names after ``accession:``, in upper case; None if it is an address."""
    scheme, _, word = source.partition(":")
    return word.strip().upper() if scheme.strip().lower() == "accession" else None


def address(source, kind, ncbi_datasets=NCBI_DATASETS, ncbi_efetch=NCBI_EFETCH):
    """Address of a source.

    Returns
    -------
    url : str
    packed : bool
        Whether the address gives a package of NCBI Datasets that holds the file.
    """
    wanted = accession(source)
    if wanted is None:
        return source, False
    if kind == "set":
        raise SourceFault("is an accession, which names a genome", "give a TSS set as a path or an address")
    if _ASSEMBLY.fullmatch(wanted):
        return f"{ncbi_datasets}/{wanted}/download?include_annotation_type={PACKAGE[kind][0]}", True
    if not _SEQUENCE.fullmatch(wanted):
        raise SourceFault(
            "is not an accession of NCBI", "give one such as accession:GCF_000005845.2 or accession:NC_000913.3"
        )
    if kind == "annotation":
        raise SourceFault(
            "is the accession of a sequence, which comes without annotation",
            "give the accession of its assembly, such as accession:GCF_000005845.2",
        )
    return f"{ncbi_efetch}?db=nuccore&id={quote(wanted)}&rettype=fasta&retmode=text&tool=attentome", False


def unpack(package, kind, assembly):
    """Take the one file out of a genome package of NCBI Datasets.

    Parameters
    ----------
    package : Path
        The zip.
    kind : {"genome", "annotation"}
    assembly : str
        Accession of the assembly.

    Returns
    -------
    part : Path
        The file next to the zip, under a name that ends in ``.part``.
    name : str
        Its final name.
    """
    ending = PACKAGE[kind][1]
    try:
        with zipfile.ZipFile(package) as archive:
            members = [
                name
                for name in archive.namelist()
                if name.endswith(ending) and not re.search("(cds|rna)_from_genomic", name)
            ]
            if len(members) != 1:
                raise SourceFault(
                    f"holds {len(members)} files that end in {ending} in NCBI's package",
                    f"check that the assembly exists and has its {kind}, or {BY_HAND}",
                )
            name = safe_name(members[0])
            name = name if assembly.split(".")[0] in name else f"{assembly}_{name}"
            part = package.with_name(f"{name}.part")
            with archive.open(members[0]) as packed, open(part, "wb") as handle:
                shutil.copyfileobj(packed, handle)
            return part, name
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise SourceFault(f"is a broken package ({error})", f"try again, or {BY_HAND}") from error


def refuse_no_data(path):
    """Refuse an empty file and a page (HTML or XML): no format that is read here begins with ``<``."""
    if path.stat().st_size == 0:
        raise SourceFault("is empty", f"check the address, or {BY_HAND}")
    if beginning(path).startswith(b"<"):
        raise SourceFault("is a web page (HTML or XML), not data", f"give the address of the file itself, or {BY_HAND}")


def refuse_no_fasta(path):
    """Refuse a genome that is not FASTA, such as an error message."""
    if not beginning(path).startswith((b">", b";")):
        raise SourceFault("is not FASTA", "give the address or the accession of a genome's sequence")


def beginning(path, length=512):
    """First bytes of a file, unpacked if it is gzip, without byte-order mark and leading blanks."""
    with open(path, "rb") as handle:
        head = handle.read(length)
    if head.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(path) as handle:
                head = handle.read(length)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceFault(f"is broken gzip ({error})", f"check the address, or {BY_HAND}") from error
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def check(digest, length, checksum=None, size=None):
    """Compare size and checksum with those asked for."""
    if size is not None and length != size:
        raise SourceFault(f"has {length:,} bytes, not {size:,}", "check that the address gives the file you mean")
    if checksum and digest != checksum.strip().lower():
        raise SourceFault(
            f"has the sha256 {digest}, not {checksum.strip().lower()}",
            "the file has changed or is another one: check it, then correct sha256",
        )


def public_source(source):
    """A source without secrets, for records."""
    return public_url(source) if accession(source) is None else source
