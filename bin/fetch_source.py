#!/usr/bin/env python3
"""FETCH: download one source (address or accession) as a checked file, with its provenance.

With a fault: one line on the error output, nothing written, exit code 2.
"""

import argparse
import sys

from attentome.inputs.download import SourceFault
from attentome.inputs.sources import NCBI_DATASETS, NCBI_EFETCH, SOURCE_KINDS, fetch, public_source
from attentome.io.files import write_json
from attentome.io.record import task_record


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True, help="http, https or ftp address, or accession:<NCBI accession>")
    parser.add_argument("--kind", required=True, choices=SOURCE_KINDS)
    parser.add_argument("--sha256", help="checksum that the file must have")
    parser.add_argument("--bytes", type=int, help="size that the file must have")
    parser.add_argument("--attempts", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds without data after which an attempt ends")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds before the second attempt, then doubled")
    parser.add_argument("--ncbi_datasets", default=NCBI_DATASETS, help="address of NCBI Datasets' genome packages")
    parser.add_argument("--ncbi_efetch", default=NCBI_EFETCH, help="address of NCBI's efetch")
    parser.add_argument("--out", default="fetched", help="folder of the file")
    parser.add_argument("--provenance", default="provenance.json")
    parser.add_argument("--record", default="record.json")
    args = parser.parse_args()
    with task_record(args.record, "FETCH", public_source(args.source), packages=("requests", "urllib3")):
        try:
            provenance = fetch(
                args.source,
                args.out,
                args.kind,
                args.sha256,
                args.bytes,
                args.attempts,
                args.timeout,
                args.pause,
                args.ncbi_datasets,
                args.ncbi_efetch,
            )
        except SourceFault as fault:
            stop(args.source, fault)
        except OSError as error:
            stop(args.source, f"cannot be written ({error}); free some space, or give another folder")
        write_json(args.provenance, provenance)
        print(f"{provenance['file']}: {provenance['bytes']:,} bytes, sha256 {provenance['sha256']}")


def stop(source, fault):
    print(f"{public_source(source)}: {fault}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
