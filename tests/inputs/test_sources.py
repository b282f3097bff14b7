"""Fetching against servers on this machine that fail in every way that real ones do."""

import gzip
import hashlib
import io
import json
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from servers import file, ftp_site, http_site, status

from attentome.inputs.download import WRITE_BLOCK, SourceFault, public_url, safe_name
from attentome.inputs.sources import address, fetch

CONTENT = b"".join(b"chr1\tx\tTSS\t%d\t%d\t.\t+\t.\tID=%d\n" % (n, n, n) for n in range(1, 8001))
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FASTA = b">NC_000913.3 a genome\n" + b"ACGTACGTAC\n" * 2000
TAG = '"v1"'


@pytest.fixture
def site():
    with http_site() as site:
        yield site


def got(source, folder, kind="set", **options):
    """Fetch in a hurry."""
    return fetch(source, folder, kind, **{"attempts": 3, "timeout": 5.0, "pause": 0.01, **options})


def refused(site, tmp_path, answers, words, kind="set", **options):
    """The source is refused with these words and leaves nothing; returns the fault's text."""
    site.pages["/a.gff"] = answers
    with pytest.raises(SourceFault, match=words) as fault:
        got(site.url("/a.gff"), tmp_path / "fetched", kind, **options)
    assert list((tmp_path / "fetched").iterdir()) == []
    assert len(str(fault.value).splitlines()) == 1 and len(fault.value.args) == 2
    return str(fault.value)


def test_a_file_comes_whole_with_its_provenance(site, tmp_path):
    site.pages["/sets/a.gff"] = [file(CONTENT)]
    before = datetime.now(UTC) - timedelta(seconds=1)
    provenance = got(site.url("/sets/a.gff"), tmp_path, checksum=SHA256.upper(), size=len(CONTENT))
    assert [path.name for path in tmp_path.iterdir()] == ["a.gff"]
    assert (tmp_path / "a.gff").read_bytes() == CONTENT
    assert before <= datetime.fromisoformat(provenance.pop("fetched")) <= datetime.now(UTC)
    url = site.url("/sets/a.gff")
    assert provenance == {
        "source": url,
        "url": url,
        "kind": "set",
        "file": "a.gff",
        "bytes": len(CONTENT),
        "sha256": SHA256,
        "attempts": 1,
        "resumed": 0,
    }


def test_503_is_tried_again_after_a_pause_that_doubles(site, tmp_path):
    site.pages["/a.gff"] = [status(503), status(503), file(CONTENT)]
    began = time.monotonic()
    assert got(site.url("/a.gff"), tmp_path, pause=0.1)["attempts"] == 3
    assert time.monotonic() - began >= 0.1 + 0.2
    assert (tmp_path / "a.gff").read_bytes() == CONTENT


@pytest.mark.parametrize("header", ["1", "date"])
def test_retry_after_is_kept_to(site, tmp_path, header):
    if header == "date":
        header = format_datetime(datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2), usegmt=True)
    site.pages["/a.gff"] = [status(429, Retry_After=header), file(CONTENT)]
    began = time.monotonic()
    got(site.url("/a.gff"), tmp_path)
    assert 0.9 <= time.monotonic() - began < 4


def test_a_server_that_stays_down_is_given_up(site, tmp_path):
    text = refused(site, tmp_path, [status(503)], "3 attempts")
    assert "503 Service Unavailable" in text and "by hand" in text
    assert len(site.requests) == 3


def test_no_server_at_all(site, tmp_path):  # the fixture keeps proxies away
    with pytest.raises(SourceFault, match="no connection"):
        got("http://127.0.0.1:1/a.gff", tmp_path)


@pytest.mark.parametrize(
    "validator",
    [
        {"ETag": TAG},
        {"Last_Modified": "Wed, 01 Jan 2020 00:00:00 GMT"},
        {"ETag": 'W/"weak"', "Last_Modified": "Wed, 01 Jan 2020 00:00:00 GMT"},
    ],
)
def test_a_cut_transfer_goes_on_where_it_ended(site, tmp_path, validator):
    site.pages["/a.gff"] = [
        file(CONTENT, upto=100_000, ranges=True, **validator),
        file(CONTENT, upto=50_000, ranges=True, **validator),
        file(CONTENT, ranges=True, **validator),
    ]
    provenance = got(site.url("/a.gff"), tmp_path, checksum=SHA256)
    assert (provenance["attempts"], provenance["resumed"]) == (3, 2)
    assert site.sent == [100_000, 50_000, len(CONTENT) - 150_000]
    assert [headers.get("Range") for _, headers in site.requests] == [None, "bytes=100000-", "bytes=150000-"]


def test_a_stalled_transfer_goes_on_where_it_ended(site, tmp_path):
    site.pages["/a.gff"] = [
        file(CONTENT, upto=100_000, stall=True, ranges=True, ETag=TAG),
        file(CONTENT, ranges=True, ETag=TAG),
    ]
    assert got(site.url("/a.gff"), tmp_path, checksum=SHA256, timeout=0.3)["resumed"] == 1
    assert 0 <= site.sent[1] - (len(CONTENT) - 100_000) < WRITE_BLOCK


def test_a_server_that_only_stalls_is_given_up(site, tmp_path):
    refused(site, tmp_path, [file(CONTENT, upto=100_000, stall=True)], "no data for 0.3 s", timeout=0.3)


def test_a_server_without_ranges_sends_all_again(site, tmp_path):
    site.pages["/a.gff"] = [file(CONTENT, upto=100_000, ETag=TAG), file(CONTENT, ETag=TAG)]
    provenance = got(site.url("/a.gff"), tmp_path, checksum=SHA256)
    assert (provenance["attempts"], provenance["resumed"]) == (2, 0)
    assert site.sent == [100_000, len(CONTENT)]


def test_without_a_validator_no_rest_is_asked_for(site, tmp_path):
    site.pages["/a.gff"] = [file(CONTENT, upto=100_000, ranges=True), file(CONTENT, ranges=True)]
    got(site.url("/a.gff"), tmp_path, checksum=SHA256)
    assert "Range" not in site.requests[1][1]


def test_a_file_that_changed_after_the_cut_is_fetched_anew(site, tmp_path):
    newer = CONTENT.replace(b"TSS", b"tss")
    site.pages["/a.gff"] = [file(CONTENT, upto=100_000, ranges=True, ETag=TAG), file(newer, ranges=True, ETag='"v2"')]
    got(site.url("/a.gff"), tmp_path)
    assert (tmp_path / "a.gff").read_bytes() == newer


def test_a_rest_of_another_file_is_not_joined(site, tmp_path):
    def heedless(handler):  # heeds Range but not If-Range, and its file is a new one
        rest = newer[100_000:]
        handler.send_response(206)
        handler.send_header("ETag", '"v2"')
        handler.send_header("Content-Range", f"bytes 100000-{len(newer) - 1}/{len(newer)}")
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        handler.send(rest)

    newer = CONTENT.replace(b"TSS", b"tss")
    site.pages["/a.gff"] = [file(CONTENT, upto=100_000, ETag=TAG), heedless, file(newer, ETag='"v2"')]
    assert got(site.url("/a.gff"), tmp_path)["attempts"] == 3
    assert (tmp_path / "a.gff").read_bytes() == newer


def test_a_range_that_cannot_be_given_starts_anew(site, tmp_path):
    site.pages["/a.gff"] = [file(CONTENT, upto=100_000, ETag=TAG), status(416), file(CONTENT, ETag=TAG)]
    assert got(site.url("/a.gff"), tmp_path, checksum=SHA256)["resumed"] == 0
    assert ["Range" in headers for _, headers in site.requests] == [False, True, False]


def test_a_cut_with_every_attempt_says_how_far_it_came(site, tmp_path):
    refused(site, tmp_path, [file(CONTENT, upto=1000)], "cut after 1,000 bytes")


def test_a_chunked_transfer_that_ends_early_is_cut(site, tmp_path):
    def chunked(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.send(b"400\r\n" + CONTENT[:1024] + b"\r\n")
        handler.close_connection = True

    refused(site, tmp_path, [chunked], "cut after 1,024 bytes")


def test_redirects_are_followed_and_recorded(site, tmp_path):
    site.pages["/doi"] = [status(302, Location="/deep/a.gff")]
    site.pages["/deep/a.gff"] = [file(CONTENT)]
    provenance = got(site.url("/doi"), tmp_path)
    assert (provenance["source"], provenance["url"]) == (site.url("/doi"), site.url("/deep/a.gff"))
    assert provenance["file"] == "a.gff" and (tmp_path / "a.gff").read_bytes() == CONTENT


def test_redirects_without_end_and_into_nothing(site, tmp_path):
    refused(site, tmp_path, [status(302, Location="/a.gff")], "without end")
    refused(site, tmp_path, [status(302, Location="gopher://x/a")], "address")


@pytest.mark.parametrize(
    "header, name",
    [
        ('attachment; filename="TSS table.gff"', "TSS_table.gff"),
        ("attachment; filename=b.gff", "b.gff"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="..\\\\.bashrc"', "bashrc"),
        ("attachment; filename=x; filename*=UTF-8''s%20%C3%A9.gff", "s_.gff"),
    ],
)
def test_the_servers_file_name_is_made_safe(site, tmp_path, header, name):
    site.pages["/get"] = [file(CONTENT, Content_Disposition=header)]
    assert got(site.url("/get?id=7"), tmp_path / "fetched")["file"] == name
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [name]


def test_odd_names():
    assert safe_name("") == safe_name("/") == safe_name("...") == "download"
    assert safe_name("-rf") == "rf"
    assert safe_name("x.part") == "x"


def test_another_checksum_or_size(site, tmp_path):
    assert SHA256 in refused(site, tmp_path, [file(CONTENT)], "not 0000", checksum="0" * 64)
    refused(site, tmp_path, [file(CONTENT)], f"{len(CONTENT):,} bytes, not 5", size=5)


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html>Not found</html>",
        b"\n\n  <html>",
        b"\xef\xbb\xbf<!-- x --><html>",
        b'<?xml version="1.0"?><Error>AccessDenied</Error>',
        gzip.compress(b"<html>x</html>"),
    ],
)
def test_an_error_page_that_comes_as_a_file(site, tmp_path, page):
    refused(site, tmp_path, [file(page, Content_Type="text/html")], "web page")


def test_what_is_no_file(site, tmp_path):
    refused(site, tmp_path, [file(b"")], "is empty")
    refused(site, tmp_path, [file(b"", length=False)], "is empty")
    refused(site, tmp_path, [status(204)], "204")
    refused(site, tmp_path, [file(gzip.compress(CONTENT)[:8])], "broken gzip")


@pytest.mark.parametrize(
    "code, words",
    [
        (404, "is not there"),
        (410, "is not there"),
        (401, "is not accessible"),
        (403, "is not accessible"),
        (400, "400 Bad Request"),
    ],
)
def test_an_answer_that_stays_is_not_asked_for_again(site, tmp_path, code, words):
    refused(site, tmp_path, [status(code)], words)
    assert len(site.requests) == 1


@pytest.mark.parametrize("source", ["sets/a.bed", "http://", "gopher://host/a", "s3://bucket/a"])
def test_what_is_no_address(tmp_path, source):
    with pytest.raises(SourceFault, match="is not an address"):
        got(source, tmp_path)


def test_bytes_are_those_of_the_servers_file(site, tmp_path):
    packed = gzip.compress(CONTENT)
    site.pages["/a.gff.gz"] = [file(packed, Content_Encoding="gzip")]
    assert got(site.url("/a.gff.gz"), tmp_path)["bytes"] == len(packed)
    assert site.requests[0][1]["Accept-Encoding"] == "identity"


def test_secrets_are_not_written_down(site, tmp_path):
    site.pages["/a.gff"] = [file(CONTENT)]
    url = site.url("/a.gff?token=hush&id=7").replace("//", "//me:hush@")
    provenance = got(url, tmp_path)
    assert "hush" not in json.dumps(provenance)
    assert site.requests[0][1]["Authorization"].startswith("Basic ")
    assert public_url("https://h/a?x=1%202&y=#z") == "https://h/a?x=1%202&y="


def package(members):
    """A zip as NCBI Datasets sends it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"README.md": b"x", "md5sum.txt": b"x", **members}.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_an_assembly_by_its_accession(site, tmp_path):
    place = "ncbi_dataset/data/GCF_000005845.2"
    site.pages["/GCF_000005845.2/download"] = [
        file(
            package(
                {
                    f"{place}/GCF_000005845.2_ASM584v2_genomic.fna": FASTA,
                    f"{place}/cds_from_genomic.fna": b">cds\nA\n",
                    f"{place}/genomic.gff": CONTENT,
                }
            )
        )
    ]
    options = {"ncbi_datasets": site.address}
    genome = got(
        "accession:GCF_000005845.2",
        tmp_path,
        "genome",
        **options,
        checksum=hashlib.sha256(FASTA).hexdigest(),
        size=len(FASTA),
    )
    annotation = got("accession:GCF_000005845.2", tmp_path, "annotation", **options)
    assert site.requests[0][0].endswith("include_annotation_type=GENOME_FASTA")
    assert site.requests[1][0].endswith("include_annotation_type=GENOME_GFF")
    assert genome["file"] == "GCF_000005845.2_ASM584v2_genomic.fna"
    assert annotation["file"] == "GCF_000005845.2_genomic.gff"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([genome["file"], annotation["file"]])
    assert (tmp_path / genome["file"]).read_bytes() == FASTA
    assert genome["source"] == "accession:GCF_000005845.2" and genome["url"].startswith(site.address)


@pytest.mark.parametrize(
    "content, words",
    [
        (package({}), "holds 0 files"),
        (package({"a_genomic.fna": b""}), "is empty"),
        (b"PK\x03\x04 cut", "broken package"),
        (b'{"error": "no such"}', "broken package"),
        (b"<html>", "web page"),
    ],
)
def test_a_package_without_the_genome(site, tmp_path, content, words):
    site.pages["/GCF_000005845.2/download"] = [file(content)]
    with pytest.raises(SourceFault, match=words):
        got("accession:GCF_000005845.2", tmp_path, "genome", ncbi_datasets=site.address)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_package(site, tmp_path):
    whole = bytearray(package({"GCF_000005845.2_x_genomic.fna": FASTA}))
    whole[whole.index(b"_genomic.fna") + 20] ^= 0xFF
    site.pages["/GCF_000005845.2/download"] = [file(bytes(whole))]
    with pytest.raises(SourceFault, match="broken package"):
        got("accession:GCF_000005845.2", tmp_path, "genome", ncbi_datasets=site.address)
    assert list(tmp_path.iterdir()) == []


def test_a_sequence_by_its_accession(site, tmp_path):
    site.pages["/efetch"] = [file(FASTA, length=False)]
    provenance = got("accession:U00096.2", tmp_path, "genome", ncbi_efetch=site.url("/efetch"))
    assert provenance["file"] == "U00096.2.fna" and (tmp_path / "U00096.2.fna").read_bytes() == FASTA
    assert "db=nuccore&id=U00096.2&rettype=fasta" in site.requests[0][0]
    site.pages["/efetch"] = [file(b"Error: Failed to understand id: U99999\n")]
    with pytest.raises(SourceFault, match="is not FASTA"):
        got("accession:U99999", tmp_path, "genome", ncbi_efetch=site.url("/efetch"))


@pytest.mark.parametrize(
    "source, kind, words",
    [
        ("accession:GCF_000005845.2", "set", "names a genome"),
        ("accession:NC_000913.3", "annotation", "assembly"),
        ("accession:", "genome", "not an accession"),
        ("accession:../x", "genome", "not an accession"),
        ("accession:GCF_5845", "genome", "not an accession"),
    ],
)
def test_accessions_that_cannot_be(source, kind, words):
    with pytest.raises(SourceFault, match=words):
        address(source, kind)


@pytest.mark.parametrize(
    "accession", ["NC_000913.3", "U00096.2", "CP009273.1", "NZ_CP012345.1", "NZ_JAAAAA010000001.1"]
)
def test_accessions_of_sequences(accession):
    assert accession in address(f"accession:{accession}", "genome")[0]
    assert accession in address(f"Accession: {accession.lower()}", "genome")[0]


def test_ftp_resumes(tmp_path):
    with ftp_site({"/pub/a.gff": CONTENT}, cut=100_000) as (place, offsets):
        provenance = got(f"{place.replace('//', '//me:hush@')}/pub/a.gff", tmp_path, checksum=SHA256)
        assert offsets == [0, 100_000]
        assert (provenance["attempts"], provenance["resumed"]) == (2, 1)
        assert provenance["url"] == f"{place}/pub/a.gff"
        with pytest.raises(SourceFault, match="550"):
            got(f"{place}/pub/b.gff", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.gff"]


def run(root, folder, *arguments):
    return subprocess.run(
        [sys.executable, root / "bin/fetch_source.py", *arguments], cwd=folder, capture_output=True, text=True
    )


def test_the_command(site, tmp_path, root):
    site.pages["/a.gff"] = [status(503), file(CONTENT)]
    done = run(root, tmp_path, "--source", site.url("/a.gff"), "--kind", "set", "--sha256", SHA256, "--pause", "0.01")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "fetched/a.gff").read_bytes() == CONTENT
    assert json.loads((tmp_path / "provenance.json").read_text())["attempts"] == 2
    assert json.loads((tmp_path / "record.json").read_text())["process"] == "FETCH"


def test_the_command_with_a_fault_says_one_line_and_leaves_nothing(site, tmp_path, root):
    url = site.url("/none.gff").replace("//", "//me:hush@")
    done = run(root, tmp_path, "--source", url, "--kind", "set")
    assert done.returncode == 2
    assert done.stderr == f"{site.url('/none.gff')}: is not there (404 Not Found); check the address\n"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
