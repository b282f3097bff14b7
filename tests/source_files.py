"""Small files in each published format, written from sites that a test chose, by the rule of the format alone."""

import openpyxl

WRITERS = {"bed": "a.bed", "gff3": "a.gff3", "gtf": "a.gtf", "cappable": "a.gtf", "smrt": "a", "send": "a.xlsx",
           "regulondb": "a.txt", "thomason": "a.txt", "table": "a.csv", "xlsx": "a.xlsx"}
"""The functions below and a name for a file of each."""
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def window(sequence, tss, strand, before, behind):
    """Letters from ``before`` nt upstream of a TSS (0-based) to ``behind`` nt downstream, on its strand."""
    if strand == "+":
        return sequence[tss - before:tss + behind + 1]
    return sequence[tss - behind:tss + before + 1].translate(COMPLEMENT)[::-1]


def bed(path, sites):
    path.write_text("".join(f"{contig}\t{tss}\t{tss + 1}\tx\t{score:g}\t{strand}\n"
                            for contig, tss, strand, score in sites))


def gff3(path, sites):
    path.write_text("##gff-version 3\n" + "".join(
        f"{contig}\tx\tTSS\t{tss + 1}\t{tss + 1}\t{score:g}\t{strand}\t.\tID=x\n"
        for contig, tss, strand, score in sites))


def gtf(path, sites):
    path.write_text("".join(f'{contig}\tx\tTSS\t{tss + 1}\t{tss + 1}\t{score:g}\t{strand}\t.\tgene_id "x";\n'
                            for contig, tss, strand, score in sites))


def cappable(path, sites):
    path.write_text("".join(
        f"gi|1|gb|{contig}|\tCAPPABLE_SEQ\tTSS\t{tss + 1}\t{tss + 1}\t{score:.3f}\t{strand}\t.\tx_{tss}\n"
        for contig, tss, strand, score in sites))


def table(path, sites):
    path.write_text("contig,position,strand,score\n" + "".join(
        f"{contig},{tss + 1},{strand},{score:g}\n" for contig, tss, strand, score in sites))


def xlsx(path, sites):
    book = openpyxl.Workbook()
    book.active.append(["Table S1. Sites"])
    book.active.append(["contig", "position", "strand", "score"])
    for contig, tss, strand, score in sites:
        book.active.append([contig, float(tss + 1), strand, score])
    book.save(path)


def smrt(path, sites, length=1000):
    """Units that run from the TSS to at most ``length`` nt downstream, half-open from 0."""
    lines = ["#TU_left_position\tTU_right_position\tTU_strand\tlength"]
    for _, tss, strand, _ in sites:
        left, right = (tss, tss + length) if strand == "+" else (max(tss + 1 - length, 0), tss + 1)
        lines.append(f"{left}\t{right}\t{strand}\t{right - left}")
    path.write_text("\n".join(lines) + "\n")


def regulondb(path, sites, sequence=None, levels=("Strong",), factors=("Sigma70",)):
    """Rows whose evidence level and sigma factors are taken in turn."""
    lines = ["# RegulonDB", "# (1) Promoter identifier"]
    for number, (_, tss, strand, _) in enumerate(sites):
        letters = window(sequence, tss, strand, 60, 20).lower() if sequence else ""
        letters = letters[:60] + letters[60:61].upper() + letters[61:]
        lines.append("\t".join([f"ECK{number}", "p", "forward" if strand == "+" else "reverse", str(tss + 1),
                                factors[number % len(factors)], letters, "[X|S|y]", levels[number % len(levels)]]))
    path.write_text("\n".join(lines) + "\n")


def thomason(path, sites):
    path.write_text("#identifier\tx\n" + "".join(
        f"H1\tTSS\tx\t{tss + 1}\t\t{score:g}\t\t\t{strand}\tthrL\tupstream/sense\t25266388\n"
        for _, tss, strand, score in sites))


def send(path, sites, sequence=None, phases=("both",)):
    """Positions of the + strand from 0, of the - strand from 1, with the growth phases taken in turn."""
    book = openpyxl.Workbook()
    book.active.append(["Supplementary Table 1. Genomic position of transcription start sites"])
    book.active.merge_cells("A1:E1")
    book.active.append(["TSS_site", "TSS_direction", "TSS_sequence(5'_3')", "Detected_in_log_phase",
                        "Detected_in_stationary_phase"])
    for number, (_, tss, strand, _) in enumerate(sites):
        phase = phases[number % len(phases)]
        book.active.append([tss if strand == "+" else tss + 1, strand,
                            window(sequence, tss, strand, 46, 0) if sequence else None,
                            "TSS-log" if phase in ("log", "both") else None,
                            "TSS-stationary" if phase in ("stationary", "both") else None])
    book.save(path)
