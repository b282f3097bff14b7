"""Download one file over http, https or ftp: retried after a failure, resumed after a break, complete or refused.

Standards: RFC 9110 (Range, If-Range, Content-Range, Retry-After), RFC 6266 (Content-Disposition), RFC 959 and 3659
(FTP).
"""

import ftplib
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import requests
import urllib3

from attentome import __version__

SCHEMES = ("http", "https", "ftp")
TEMPORARY = (408, 425, 429, 500, 502, 503, 504)
"""Answers after which a download is retried."""
LONGEST_WAIT = 300.0
"""Longest wait that a server's Retry-After may ask for, s."""
WRITE_BLOCK = 1 << 14
"""Bytes written at once; an interrupted transfer loses at most this many."""
BY_HAND = "download it by hand and give the file's path"
_SECRET = re.compile("pass|token|secret|key|sig|auth|cred", re.IGNORECASE)


class SourceFault(Exception):
    """Why a source cannot be fetched, in words for the user: ``SourceFault(what, remedy)``."""

    def __str__(self):
        return "; ".join(self.args)


class _Interrupted(Exception):
    """A temporary failure: ``_Interrupted(reason, seconds to wait or None)``."""


@dataclass
class PartialDownload:
    """The file under its temporary name, and what the server reported about the complete file.

    Attributes
    ----------
    path : Path
    validator : str or None
        Strong ETag, else Last-Modified (over ftp the time of change): it must be unchanged for the rest to fit.
    total : int or None
        Bytes of the complete file.
    resumed : int
        Attempts that continued an interrupted one.
    """

    path: Path
    validator: str | None = None
    total: int | None = None
    resumed: int = 0

    @property
    def size(self):
        """Bytes received so far."""
        return self.path.stat().st_size if self.path.exists() else 0


@dataclass
class Download:
    """A finished transfer: ``path`` of the part, final ``url``, file ``name``, ``attempts``, of them ``resumed``."""

    path: Path
    url: str
    name: str
    attempts: int
    resumed: int


def download(url, folder, attempts=5, timeout=30.0, pause=2.0):
    """Download one file into a folder, under a name that ends in ``.part``.

    Parameters
    ----------
    url : str
        http, https or ftp; may contain user and password.
    folder : str or Path
        Must exist.
    attempts : int
        Maximum number of attempts.
    timeout : float
        Seconds without a connection or without a byte after which an attempt ends.
    pause : float
        Seconds before the second attempt; twice as long before each further one, unless the server says how long.

    Returns
    -------
    Download

    Raises
    ------
    SourceFault
        No such file, refused, or every attempt failed.
    """
    if urlsplit(url).scheme not in SCHEMES or not urlsplit(url).hostname:
        raise SourceFault("is not an address", f"give one that begins with {'://, '.join(SCHEMES)}://")
    part = PartialDownload(Path(folder) / f"{url_name(url)}.part")
    receive = _receive_ftp if urlsplit(url).scheme == "ftp" else _receive_http
    for attempt in range(1, attempts + 1):
        try:
            final, name = receive(url, part, timeout)
            if part.total is not None and part.size != part.total:
                raise _Interrupted(f"received {part.size:,} of {part.total:,} bytes", None)
            return Download(part.path, final, name, attempt, part.resumed)
        except _Interrupted as error:
            reason, wait = error.args
        if attempt < attempts:
            time.sleep(pause * 2 ** (attempt - 1) if wait is None else min(wait, LONGEST_WAIT))
    raise SourceFault(f"could not be fetched in {attempts} attempts ({reason})", f"try again later, or {BY_HAND}")


def _receive_http(url, part, timeout):
    """One attempt; returns final URL and file name."""
    start = part.size if part.validator else 0
    # identity: the bytes of the file itself, so that size and checksum are those of the server's file.
    headers = {"User-Agent": f"attentome/{__version__}", "Accept-Encoding": "identity"}
    if start:
        headers |= {"Range": f"bytes={start}-", "If-Range": part.validator}
    try:
        with requests.get(url, headers=headers, timeout=timeout, stream=True) as response:
            _check_status(response, part)
            start = _beginning(response, part, start)
            with open(part.path, "ab" if start else "wb") as handle:
                for block in response.raw.stream(WRITE_BLOCK, decode_content=False):
                    handle.write(block)
            return response.url, _file_name(url, response)
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
        raise SourceFault("leads to an invalid address", "check the address") from error
    except requests.TooManyRedirects as error:
        raise SourceFault("redirects without end", f"check the address, or {BY_HAND}") from error
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise _Interrupted(f"no data for {timeout:g} s", None) from error
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
        raise _Interrupted("no secure connection", None) from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        reason = f"cut after {part.size:,} bytes" if part.size else "no connection"
        raise _Interrupted(reason, None) from error


def _check_status(response, part):
    status, answer = response.status_code, f"{response.status_code} {response.reason}".strip()
    if status in TEMPORARY:
        raise _Interrupted(answer, _retry_after(response.headers.get("Retry-After", "")))
    if status == 416:
        part.validator = None  # the part does not fit the server's file: start again
        raise _Interrupted(answer, 0.0)
    if status in (404, 410):
        raise SourceFault(f"is not there ({answer})", "check the address")
    if status in (401, 403):
        raise SourceFault(f"is not accessible ({answer})", BY_HAND)
    if status not in (200, 206):
        raise SourceFault(f"was answered with {answer}", f"check the address, or {BY_HAND}")


def _beginning(response, part, asked):
    """First byte of an answer; stores in ``part`` what the answer says about the complete file."""
    validator, total = _validator(response.headers), response.headers.get("Content-Length", "")
    if response.status_code == 206:
        place = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", "").strip())
        start, total = (int(place[1]), place[2]) if place else (-1, "")
        if start != asked or not asked or validator != part.validator or total not in ("*", str(part.total)):
            part.validator = None
            raise _Interrupted("the rest does not fit what came before", 0.0)
        part.resumed += 1
        return start
    part.validator, part.total = validator, int(total) if total.isdigit() else None
    return 0


def _validator(headers):
    etag = headers.get("ETag", "")
    return etag if etag.startswith('"') else headers.get("Last-Modified")


def _retry_after(text):
    """Seconds of a Retry-After header (a number or a date), None where there is none."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _receive_ftp(url, part, timeout):
    """One attempt over ftp; returns URL and file name."""
    place = urlsplit(url)
    try:
        with ftplib.FTP(timeout=timeout) as ftp:
            ftp.connect(place.hostname, place.port or ftplib.FTP_PORT)
            ftp.login(unquote(place.username or "anonymous"), unquote(place.password or "anonymous@"))
            ftp.voidcmd("TYPE I")
            path = unquote(place.path)
            changed, total = _ftp_fact(ftp, f"MDTM {path}"), _ftp_fact(ftp, f"SIZE {path}")
            start = part.size if changed and changed == part.validator else 0
            part.validator, part.total = changed, int(total) if total and total.isdigit() else None
            part.resumed += start > 0
            with open(part.path, "ab" if start else "wb") as handle:
                ftp.retrbinary(f"RETR {path}", handle.write, WRITE_BLOCK, rest=start or None)
        return url, url_name(url)
    except ftplib.error_perm as error:
        answer = str(error).splitlines()[0]
        raise SourceFault(f"is not accessible ({answer})", f"check the address, or {BY_HAND}") from error
    except ftplib.all_errors as error:
        reason = f"cut after {part.size:,} bytes" if part.size else "no connection"
        raise _Interrupted(reason, None) from error


def _ftp_fact(ftp, command):
    try:
        return ftp.sendcmd(command)[4:].strip()
    except ftplib.error_perm:
        return None


def _file_name(url, response):
    """File name from Content-Disposition, else from the requested address, else from the final one."""
    header = response.headers.get("Content-Disposition", "")
    encoded = re.search(r"filename\*\s*=\s*[\w-]*'[^']*'([^;\s]+)", header)
    plain = re.search(r'filename\s*=\s*(?:"([^"]*)"|([^;\s]+))', header)
    if encoded:
        return safe_name(unquote(encoded[1]))
    if plain:
        return safe_name(plain[1] or plain[2] or "")
    return url_name(url) if "." in url_name(url) else url_name(response.url)


def url_name(url):
    """File name of an address: its last part, made safe."""
    return safe_name(unquote(urlsplit(url).path))


def safe_name(text):
    """The last part of a path as a plain file name: letters, digits, ``. _ + -``, not hidden; 'download' if empty."""
    last = re.split(r"[/\\]", text.rstrip("/\\"))[-1]
    return re.sub(r"[^A-Za-z0-9._+-]+", "_", last).lstrip(".-_").removesuffix(".part")[-120:] or "download"


def public_url(url):
    """An address without secrets: user and password, and tokens among the parameters."""
    place = urlsplit(url)
    query = [(name, "..." if _SECRET.search(name) else value) for name, value in parse_qsl(place.query, True)]
    kept = urlencode(query, safe=".") if any(value == "..." for _, value in query) else place.query
    return urlunsplit((place.scheme, place.netloc.rpartition("@")[2], place.path, kept, ""))
