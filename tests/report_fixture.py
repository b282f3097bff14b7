"""Synthetic inputs of DESCRIBE_HEAD and REPORT, by the contract between the steps.

A random circular genome with planted promoters on both strands, and a made-up profile in which some heads
look at the planted elements. Nothing here was trained: the arrays are written down, so that the tests know
the answer.
"""

import argparse
import base64
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bin"))

from attentome.formats import write_arrays, write_bed, write_json, write_text, write_tsv
from attentome.genome import Contig, decode, encode, to_stream

MINUS10, MINUS35 = "TATAAT", "TTGACA"


def planted_genome(rng, length, n_sites):
    """A circular contig ``sim`` with sigma70 promoters; returns the contig and the TSS as (position,
    strand)."""
    tokens = rng.integers(0, 4, length).astype(np.uint8)
    places = rng.permutation(np.arange(120, length - 120, 140))[:n_sites]
    sites = []
    for i, place in enumerate(sorted(places)):
        strand = "plus" if i % 2 == 0 else "minus"
        view = tokens if strand == "plus" else None
        stream = view if view is not None else Contig("sim", tokens).stream("minus").copy()
        tss = to_stream(int(place), length, strand)
        for first, word in ((-12, MINUS10), (-35, MINUS35)):
            kept = np.where(rng.random(6) < 0.92, encode(word), rng.integers(0, 4, 6))
            stream[tss + first : tss + first + 6] = kept
        if strand == "minus":
            tokens = Contig("sim", stream).stream("minus").copy()
        sites.append((int(place), strand))
    return Contig("sim", tokens, circular=True), sites


def bump(d, centre, height, width):
    """A Gaussian in multiples of uniform attention."""
    return height * np.exp(-0.5 * ((d - centre) / width) ** 2)


def planted_heads(layers, heads, window, label_shift):
    """Peak distance and height (x uniform) of the first heads; the others are flat."""
    kinds = [
        (label_shift + 7, 52.0),
        (label_shift + 30, 39.0),
        (3, 2.6),
        (window - 12, 14.0),
        (label_shift + 14, 25.0),
        (0, 49.0),
    ]
    return {(i // heads, i % heads): kinds[i] for i in range(min(len(kinds), layers * heads))}


def write_inputs(
    out, layers=2, heads=4, window=128, label_shift=20, length=40_000, n_sites=220, seed=1, state="learned"
):
    """Write every input of DESCRIBE_HEAD and REPORT into ``out``.

    Parameters
    ----------
    out : Path
    layers, heads, window, label_shift : int
    length : int
        nt of the genome.
    n_sites : int
    seed : int
    state : {"learned", "not_learned", "exchanged", "few"}
        What the metrics say; ``exchanged`` writes the sites with their strands exchanged.

    Returns
    -------
    dict
        The planted heads, as ``{(layer, head): (d, height)}``, 0-based.
    """
    out = Path(out)
    rng = np.random.default_rng(seed)
    contig, places = planted_genome(rng, length, n_sites)
    genome_lines = "\n".join(decode(contig.tokens)[i : i + 80] for i in range(0, length, 80))
    write_text(out / "genome.fna", f">sim planted\n{genome_lines}\n")
    share = float(np.isin(contig.tokens, (2, 3)).mean())
    write_json(
        out / "genome.json",
        {
            "file": "genome.fna",
            "sha256": "a51e" + "0" * 60,
            "contigs": [{"name": "sim", "length": length, "circular": True, "gc": share}],
        },
    )
    exchanged = {"plus": "-", "minus": "+"} if state == "exchanged" else {"plus": "+", "minus": "-"}
    sites = pd.DataFrame(
        [
            (
                "sim",
                place,
                place + 1,
                f"tss{i}",
                0.0,
                exchanged[strand],
                2 + i % 2,
                "set_a,set_b" if i % 2 == 0 else "set_a,set_b,set_c",
            )
            for i, (place, strand) in enumerate(places)
        ],
        columns=["contig", "start", "end", "name", "score", "strand", "support", "sets"],
    )
    write_bed(out / "sites.bed", sites)
    planted = planted_heads(layers, heads, window, label_shift)
    _write_profile(out, rng, planted, places, layers, heads, window, label_shift, length)
    _write_run(out, rng, state, layers, heads, window, label_shift, length, len(places))
    return planted


def _write_profile(out, rng, planted, places, layers, heads, window, label_shift, length):
    d = np.arange(window)
    arrays = {
        f"{kind}_{group}": np.zeros((layers, heads, window), np.float32)
        for kind in ("mean", "max")
        for group in ("all", "top", "bottom")
    }
    arrays["spearman"] = rng.normal(0, 0.004, (layers, heads, window)).astype(np.float32)
    peaks = [[0] * heads for _ in range(layers)]
    rows = []
    for layer in range(layers):
        for head in range(heads):
            centre, height = planted.get((layer, head), (int(rng.integers(window)), 1.08))
            for group, part in (("top", 1.0), ("all", 0.2), ("bottom", 0.05)):
                mean = rng.normal(1, 0.03, window) + bump(d, centre, max(height - 1, 0) * part, 2.2)
                mean = np.maximum(mean, 0.05)
                mean = mean / mean.mean() / window
                arrays[f"mean_{group}"][layer, head] = mean
                arrays[f"max_{group}"][layer, head] = np.minimum(mean * 8, 0.97)
            arrays["spearman"][layer, head] += bump(d, centre, 0.4 if height > 5 else 0.01, 2.0)
            peak = int(arrays["mean_all"][layer, head].argmax()) if height < 1.5 else centre
            peaks[layer][head] = peak
            chosen = rng.permutation(len(places))[:50]
            for rank in range(50):
                if height > 5 and rank % 10 != 9:
                    place, strand = places[chosen[rank]]
                    query = place + (label_shift if strand == "plus" else -label_shift)
                else:
                    strand, query = ("plus", "minus")[int(rng.integers(2))], int(rng.integers(length))
                rows.append(
                    (
                        layer + 1,
                        head + 1,
                        peak,
                        rank + 1,
                        "sim",
                        "+" if strand == "plus" else "-",
                        int(query) % length,
                        0.95 - 0.01 * rank,
                        float(rng.normal(-2, 1)),
                    )
                )
    write_arrays(out / "profile.safetensors", arrays)
    write_tsv(
        out / "windows.tsv",
        pd.DataFrame(
            rows, columns=["layer", "head", "d", "rank", "contig", "strand", "anchor", "score", "output"]
        ),
    )
    write_json(
        out / "profile.json",
        {
            "arc": "genome",
            "layers": layers,
            "heads": heads,
            "window": window,
            "ahead": 0,
            "label_shift": label_shift,
            "n_all": 2 * length,
            "n_top": 500,
            "n_bottom": 500,
            "n_spearman": int(0.4 * length),
            "spearman_error": 0.008,
            "n_best": 50,
            "n_windows": 50,
            "distances": [],
            "key_context": [(6 * layer, 0) for layer in range(1, layers + 1)],
            "peak_d": peaks,
            "padding": "causal",
            "conv_width": 7,
        },
    )


def _interval(value, spread):
    return {"value": value, "lo": value * (1 - spread), "hi": value * (1 + spread)}


def _write_run(out, rng, state, layers, heads, window, label_shift, length, n_sites):
    few = state == "few"
    learned = state in ("learned", "few")
    shares = {"train": 0.7, "validation": 0.1, "test": 0.2}
    counts = {
        arc: (max(1, int(share * 30)) if few else int(share * n_sites)) for arc, share in shares.items()
    }
    prevalence = n_sites / (2 * length)
    pr = 0.31 if learned else prevalence * 1.6
    cut = [0, int(0.7 * length), int(0.8 * length), length]
    split = [
        (arc, "sim", cut[i], cut[i + 1], 2 * (cut[i + 1] - cut[i]), counts[arc])
        for i, arc in enumerate(("train", "validation", "test"))
    ]
    write_tsv(
        out / "split.tsv",
        pd.DataFrame(split, columns=["arc", "contig", "start", "end", "positions", "sites"]),
    )
    write_json(
        out / "labels.json",
        {
            "label_shift": label_shift,
            "n_sites": n_sites,
            "n_labels": n_sites,
            "lost_at_ends": 0,
            "arcs": {
                arc: {"positions": 2 * (cut[i + 1] - cut[i]), "labels": counts[arc], "prevalence": prevalence}
                for i, arc in enumerate(("train", "validation", "test"))
            },
        },
    )
    interval = _interval if not few else lambda value, _: {"value": value, "lo": None, "hi": None}
    metrics = {
        "arc": "test",
        "n_positions": int(0.4 * length),
        "n_sites": counts["test"],
        "prevalence": prevalence,
        "roc_auc": interval(0.985 if learned else 0.53, 0.006),
        "pr_auc": interval(pr, 0.09),
        "pr_auc_tolerant": {**interval(pr * 1.4, 0.08), "tolerance_nt": 5},
        "bootstrap": {"block_nt": 10000, "n_blocks": 8, "n_resamples": 1000},
        "arcs": {
            arc: {
                "roc_auc": 0.98 if learned else 0.54,
                "pr_auc": pr * (1.2 if arc == "train" else 1),
                "prevalence": prevalence,
            }
            for arc in shares
        },
    }
    write_json(out / "metrics.json", metrics)
    recall = np.linspace(0, 1, 60)
    frames = [
        pd.DataFrame({"curve": "roc", "x": recall, "y": recall**0.1, "threshold": np.linspace(9, -9, 60)})
    ]
    for curve, top in (("pr", 0.9), ("pr_5nt", 1.0)):
        frames.append(
            pd.DataFrame(
                {
                    "curve": curve,
                    "x": recall,
                    "y": np.maximum(prevalence, top * (1 - recall) ** 1.4)
                    if learned
                    else np.full(60, prevalence),
                    "threshold": np.linspace(9, -9, 60),
                }
            )
        )
    write_tsv(out / "curves.tsv", pd.concat(frames))
    steps = np.arange(100, 1100, 100)
    write_tsv(
        out / "history.tsv",
        pd.DataFrame(
            {
                "step": steps,
                "positions": steps * 5120,
                "learning_rate": 1e-3 * (1 - steps / 2000),
                "train_loss": 0.02 + 0.1 * np.exp(-steps / 300) if learned else 0.03 + 1e-6 * steps,
                "validation_loss": np.where(steps % 200 == 0, 0.021 + 0.1 * np.exp(-steps / 320), np.nan),
                "validation_pr_auc": np.where(steps % 200 == 0, pr * (1 - np.exp(-steps / 300)), np.nan),
                "best": (steps == 1000).astype(int),
            }
        ),
    )
    write_json(
        out / "training.json",
        {
            "preset": "tiny",
            "seed": 1,
            "steps": 1000,
            "best_step": 1000,
            "stop_reason": "max_steps reached",
            "n_weights": 30_114,
            "settings": {
                "loss": "focal",
                "gamma": 0.8,
                "optimiser": "adam",
                "learning_rate": 0.001,
                "max_steps": 1000,
            },
        },
    )
    write_json(
        out / "model.json",
        {
            "format": "attentome-model-1",
            "network": {
                "layers": layers,
                "heads": heads,
                "d_model": 32,
                "d_head": 16,
                "window": window,
                "conv_width": 7,
                "padding": "causal",
            },
            "label_shift": label_shift,
            "receptive_field": {"upstream_nt": layers * (window - 1 + 6), "downstream_nt": 0},
            "origin": "trained",
        },
    )
    _write_labels(out, n_sites)
    write_json(
        out / "params.json",
        {
            "input": "tss_sets.csv",
            "genome": "genome.fna",
            "preset": "tiny",
            "seed": 1,
            "max_distance": 5,
            "min_support": 2,
            "show_unlearned": False,
        },
    )
    for process, tag, seconds, memory in (
        ("SIMULATE", "", 1.2, 90),
        ("CHECK_INPUTS", "", 1.1, 80),
        ("HARMONISE", "set_a", 0.8, 75),
        ("HARMONISE", "set_b", 0.9, 76),
        ("CURATE", "", 1.9, 140),
        ("TRAIN", "tiny", 58.0, 620),
        ("PREDICT", "", 14.0, 540),
        ("EVALUATE", "", 3.0, 210),
        ("PROFILE", "", 21.0, 700),
        ("DESCRIBE_HEAD", "L1_H1", 2.1, 180),
        ("DESCRIBE_HEAD", "L1_H2", 2.2, 181),
    ):
        write_json(
            out / "records" / f"{process}.{tag or 'all'}.json",
            {
                "process": process,
                "tag": tag,
                "seconds": seconds,
                "cpu_seconds": 2 * seconds,
                "peak_memory_mb": memory,
                "machine": {"cores": 2, "system": "Linux", "processor": "x86_64"},
                "software": {"attentome": "0.1.0", "python": "3.11.2", "numpy": "2.4.6"},
            },
        )


def _write_labels(out, n_sites):
    sets = ["set_a", "set_b", "set_c"]
    write_tsv(
        out / "sets.tsv",
        pd.DataFrame(
            {
                "set": sets,
                "rows": [n_sites + 30, n_sites + 12, n_sites - 8],
                "sites": [n_sites + 21, n_sites + 12, n_sites - 9],
                "used": [n_sites, n_sites, n_sites // 2],
                "confirmed": [n_sites, n_sites, n_sites // 2],
                "share_confirmed": [0.91, 0.94, 0.5],
            }
        ),
    )
    write_tsv(
        out / "overlap.tsv",
        pd.DataFrame(
            {
                "sets": ["set_a", "set_b", "set_a,set_b", "set_a,set_b,set_c"],
                "n": [12, 9, n_sites // 2, n_sites // 2],
            }
        ),
    )
    write_json(
        out / "curation.json",
        {
            "rule": "Sites of one strand whose neighbours lie at most 5 nt apart form a cluster; a cluster "
            "with at least 2 sets becomes one site at its most supported position, ties to the middle one.",
            "max_distance": 5,
            "min_support": 2,
            "n_clusters": n_sites + 21,
            "n_sites": n_sites,
            "sets": sets,
        },
    )
    for i, name in enumerate(sets):
        write_json(
            out / f"{name}.audit.json",
            {
                "set": name,
                "files": [f"{name}.bed"],
                "formats": ["bed"],
                "sha256": [f"{i}b70d2e51" + "0" * 55],
                "rows": n_sites + 30,
                "sites": n_sites + 21,
                "lost": {"same site twice": 9} if i == 0 else {},
                "contig_names": {"chr|sim|": "sim"} if i == 1 else {"sim": "sim"},
                "coordinate_fix": {"asked": "auto", "plus": int(i == 1), "minus": 0,
                                   "moved": 110 if i == 1 else 0, "why": ""},
                "lift": {"from": ["sim.1"], "to": ["sim"], "unchanged": 4, "moved": 200, "lost": {"no counterpart": 1}}
                if i == 2 else None,
                "sentences": ["All 110 printed sequences of the + strand stand one nt further."] if i == 1 else [],
            },
        )
    write_tsv(out / "audit.tsv", audit_table(sets))
    write_json(out / "sources.json", [
        {"role": "set", "set": name, "source": f"/home/somebody/{name}.bed", "url": None, "fetched": None}
        for name in sets])
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
    for name in ("overlap", "audit", "distances", "grid"):
        (out / f"{name}.png").write_bytes(base64.b64decode(pixel))
    write_tsv(out / "distances.tsv", pd.DataFrame({"distance_nt": range(6), "n": [180, 40, 20, 8, 4, 2]}))


def audit_table(sets):
    """``audit.tsv``: the second set's printed sequences stand at +1 on +; all sets agree best at 0."""
    rows = []
    for name in sets:
        for strand in ("plus", "minus"):
            for offset in range(-3, 4):
                rows.append((name, "agreement", strand, offset, 0.62 if offset == 0 else 0.04, 110))
                rows.append((name, "purine", strand, offset, 0.78 if offset == 0 else 0.5, 110))
                if name == "set_b":
                    right = 1 if strand == "plus" else 0
                    rows.append((name, "sequence", strand, offset, float(offset == right), 110))
    return pd.DataFrame(rows, columns=["set", "check", "strand", "offset", "share", "n"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--window", type=int, default=128)
    parser.add_argument("--state", default="learned")
    options = parser.parse_args()
    write_inputs(options.out, options.layers, options.heads, options.window, state=options.state)
