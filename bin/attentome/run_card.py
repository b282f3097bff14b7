"""The run card: how the labels were made, what was measured, what it cost and what was not done."""

import math
from pathlib import Path

from attentome.outcome import LEARNED_FACTOR, interval_text, number
from attentome.page import facts, page, table, warning
from attentome.style import BLUES, FAINT, GROUP_COLOUR, INK, RULE, SOFT, escape

STYLE = """
.columns{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 40px}
.columns.three{grid-template-columns:repeat(3,minmax(0,1fr))}
.bars td{padding-top:1px;padding-bottom:1px}
.box ul{columns:2;column-gap:40px;margin:6px 0;padding-left:18px}
@media (max-width:800px){.columns,.columns.three{grid-template-columns:1fr}.box ul{columns:1}}
"""
MISSING = "not recorded"


def processes(records):
    """Time and memory per process.

    Parameters
    ----------
    records : list of dict
        ``record.json`` of each task.

    Returns
    -------
    list of dict
        ``process``, ``tasks``, ``seconds_total``, ``seconds_longest``, ``peak_memory_mb``, in the order of
        the steps.
    """
    order = [
        "SIMULATE",
        "CHECK_INPUTS",
        "HARMONISE",
        "CURATE",
        "LABEL",
        "TRAIN",
        "PREDICT",
        "EVALUATE",
        "PROFILE",
        "DESCRIBE_HEAD",
    ]
    groups = {}
    for record in records:
        groups.setdefault(record["process"], []).append(record)
    names = sorted(groups, key=lambda name: (order.index(name) if name in order else len(order), name))
    return [
        {
            "process": name,
            "tasks": len(groups[name]),
            "seconds_total": round(sum(record["seconds"] for record in groups[name]), 1),
            "seconds_longest": max(record["seconds"] for record in groups[name]),
            "peak_memory_mb": max(record["peak_memory_mb"] for record in groups[name]),
        }
        for name in names
    ]


def software(records):
    """Versions of all software that the tasks recorded, as a dict of name to version (several: comma
    separated)."""
    found = {}
    for record in records:
        for name, version in record.get("software", {}).items():
            found.setdefault(name, set()).add(str(version))
    return {name: ", ".join(sorted(found[name])) for name in sorted(found)}


def not_done(run):
    """What this run did not do, as sentences generated from its parameters and results."""
    lines = [
        f"Controls: no random-weight and no rotated-label network was run, so none of the {len(run.heads)} "
        f"heads is "
        "graded.",
        "One seed"
        + (f" ({run.training['seed']})" if "seed" in run.training else "")
        + ": whether another seed finds the same heads was not tried.",
        "One genome and one split; no other strain or species.",
        "No head was removed from the network (knock-out), and no base was mutated in silico.",
        "Logos were not compared with known motifs; the boxes on the rulers are places, not matches.",
        "Labels were not checked against sequencing reads; a TSS that no set has counts as an error of the "
        "network.",
        "Outputs are not calibrated: 0.8 is a score, not a probability.",
    ]
    if not run.training:
        lines.append(
            "The network was not trained in this run (--model): its training, its seed and whether it has "
            "seen "
            "the test arc are not known here."
        )
    if run.metrics["pr_auc"].get("lo") is None:
        lines.append("No interval: too few sites for a bootstrap over genome blocks.")
    if run.training.get("stop_reason", "").startswith("max_steps"):
        lines.append(
            "Training ended at its largest number of steps, not because the validation loss had stopped "
            "falling."
        )
    if run.profile.get("n_spearman", 0) < run.profile.get("n_all", 0):
        lines.append(
            f"Spearman correlations use a sample of {run.profile['n_spearman']:,} of the "
            f"{run.profile['n_all']:,} positions."
        )
    if run.labels.get("lost_at_ends"):
        lines.append(f"{run.labels['lost_at_ends']} sites at the ends of linear contigs have no label.")
    return lines


def plain_parameters(parameters):
    """Parameters without the folders of the machine that ran: of an absolute path only the last part
    is kept."""
    return {
        name: Path(value).name if isinstance(value, str) and value.startswith("/") else value
        for name, value in parameters.items()
    }


def run_card(run, outcome):
    """The facts of ``run_card.json``: sections 1 to 5 and 7 to 9 (6, the grade rule, needs controls).

    Parameters
    ----------
    run : RunFacts
    outcome : dict

    Returns
    -------
    dict
    """
    metrics, network = run.metrics, run.model.get("network", {})
    view = run.model.get("receptive_field", {})
    shift = run.profile["label_shift"]
    window = run.profile["window"]
    one_head = window - 1
    machine = next((record["machine"] for record in run.records if record.get("machine")), {})
    return {
        "run": run.name,
        "state": outcome["state"],
        "sentence": outcome["sentence"],
        "labels": {
            "rule": run.curation.get("rule", MISSING),
            "n_sites": run.curation.get("n_sites"),
            "sets": [_set_facts(run, audit) for audit in run.audits],
            "losses": run.labels.get("lost_at_ends"),
        },
        "result": {
            **{
                key: metrics[key]
                for key in ("arc", "n_positions", "n_sites", "prevalence", "pr_auc", "roc_auc")
            },
            "pr_auc_tolerant": metrics.get("pr_auc_tolerant"),
            "bootstrap": metrics.get("bootstrap"),
        },
        "split": run.split.to_dict("records"),
        "network": {
            **network,
            "n_weights": run.training.get("n_weights"),
            "label_shift": shift,
            "origin": run.model.get("origin", MISSING),
            "view_of_one_head_nt": [-one_head, 0],
            "view_of_all_layers_nt": [-view["upstream_nt"], view["downstream_nt"]] if view else None,
        },
        "training": run.training or MISSING,
        "time_and_memory": processes(run.records),
        "machine": machine or MISSING,
        "software": software(run.records),
        "genome": {
            "file": run.genome_json.get("file"),
            "sha256": run.genome_json.get("sha256"),
            "contigs": run.genome_json.get("contigs", []),
        },
        "parameters": plain_parameters(run.params),
        "not_done": not_done(run),
    }


def _set_facts(run, audit):
    row = run.sets[run.sets["set"] == audit["set"]] if len(run.sets) else run.sets
    first = row.iloc[0] if len(row) else {}
    return {
        "set": audit["set"],
        "file": audit.get("file"),
        "format": audit.get("format"),
        "rows": audit.get("rows"),
        "sites": audit.get("sites"),
        "used": int(first["used"]) if len(row) else None,
        "confirmed": int(first["confirmed"]) if len(row) else None,
        "lost": {reason: n for reason, n in audit.get("lost", {}).items() if n},
        "sha256": audit.get("sha256"),
    }


def run_card_page(card, run, outcome):
    """``run_card.html`` as text, from the facts of :func:`run_card`."""
    shown = outcome["state"] != "not_learned" or bool(run.params.get("show_unlearned"))
    result = card["result"]
    tolerant = result["pr_auc_tolerant"] or {}
    bootstrap = result["bootstrap"] or {}
    intervals = (
        (
            f"95 %, {bootstrap['n_resamples']:,} bootstrap samples of {bootstrap['n_blocks']} genome "
            f"blocks of "
            f"{bootstrap['block_nt'] / 1000:g} kb"
        )
        if bootstrap.get("n_blocks") and result["pr_auc"].get("lo") is not None
        else MISSING
    )
    sets = [
        [
            escape(entry["set"]),
            _count(entry["rows"]),
            _count(entry["sites"]),
            _count(entry["used"]),
            escape(" · ".join(f"{reason} {n:,}" for reason, n in entry["lost"].items()) or "nothing"),
            f'<code title="{entry["sha256"]}">{(entry["sha256"] or MISSING)[:12]}</code>',
        ]
        for entry in card["labels"]["sets"]
    ]
    body = f"""
<h1>Run card: {escape(run.name)}</h1>
{warning(outcome)}<p class="lead">{escape(card["sentence"])}</p>
<div class="columns"><div><h2>1 Labels <small>what counts as a TSS</small></h2>
{table(["set", "rows", "sites", "used", "not used, and why", "sha256"], sets, {"rows", "sites", "used"})}
<p class="note">Curated: {_count(card["labels"]["n_sites"])} sites. {escape(card["labels"]["rule"])} Used:
sites of the set in a kept cluster. Nothing was checked by hand. Data: tables of the curation step,
sites/sets.tsv, sites/overlap.tsv.</p>
<h2>2 Result on the {escape(result["arc"])} arc <small>PR AUC per nucleotide, both strands, log scale; a dot
is a network</small></h2>
{dots_svg(run)}
{
        facts(
            [
                ("PR AUC", interval_text(result["pr_auc"])),
                (
                    f"within ± {tolerant.get('tolerance_nt', 5)} nt",
                    interval_text(tolerant) if tolerant else MISSING,
                ),
                ("ROC AUC", interval_text(result["roc_auc"])),
                (
                    "blind guess (prevalence)",
                    f"{number(result['prevalence'])}: {result['n_sites']:,} sites in "
                    f"{result['n_positions']:,} positions",
                ),
                ("intervals", intervals),
                ("controls", "none run"),
            ]
        )
    }
<p class="note">Bar: 95 % interval. Learned means: its lower end lies above {LEARNED_FACTOR} × prevalence.
Data: tables/metrics.tsv.</p></div>
<div><h2>3 Split <small>both strands of an arc together</small></h2>{ring_svg(run)}
{
        table(
            ["arc", "contig", "from (0-based)", "to", "positions", "sites"],
            _split_rows(run),
            {"from (0-based)", "to", "positions", "sites"},
        )
    }<p class="note">Data: labels/split.tsv.</p></div></div>
<div class="columns"><div><h2>4 Network</h2>{facts(_network_pairs(card))}</div>
<div><h2>5 Training</h2>{facts(_training_pairs(card))}</div></div>
<div class="columns"><div><h2>7 Time and memory <small>sum over the tasks of a process</small></h2>
{_time_table(card)}<p class="note">Without this report itself. Data: run_card.json; pipeline_info/ holds the
trace.</p></div>
<div><h2>8 Machine and software</h2>{facts(_machine_pairs(card))}</div></div>
<div class="box"><h2>9 What was not
done</h2><ul>{"".join(f"<li>{escape(line)}</li>" for line in card["not_done"])}</ul>
</div>
<footer>All facts of this page: <a href="run_card.json">run_card.json</a>. Section 6, the rule of grades, is
absent: it applies where controls were run.</footer>"""
    return page(f"Run card · {run.name}", body, run.name, style=STYLE, heads=shown)


def _count(value):
    return MISSING if value is None else f"{value:,}"


def _split_rows(run):
    return [
        [
            escape(row.arc),
            escape(row.contig),
            f"{row.start:,}",
            f"{row.end:,}",
            f"{row.positions:,}",
            f"{row.sites:,}",
        ]
        for row in run.split.itertuples()
    ]


def _network_pairs(card):
    network = card["network"]
    weights = f"{network['n_weights']:,} weights" if network.get("n_weights") else "weights not counted"
    shift = network["label_shift"]
    pairs = [
        (
            "layers × heads",
            f"{network.get('layers')} × {network.get('heads')}, width {network.get('d_model')}, {weights}",
        ),
        ("window", f"{network.get('window')} keys, own key included"),
        ("label shift", f"{shift} nt downstream of the TSS"),
        ("convolution", f"{network.get('conv_width')} nt, {network.get('padding')}"),
        ("view of one head", f"{_view(*network['view_of_one_head_nt'], shift)} (keys alone)"),
    ]
    if network["view_of_all_layers_nt"]:
        pairs.append(("view of all layers", _view(*network["view_of_all_layers_nt"], shift)))
    pairs.append(("origin", origin_text(network["origin"])))
    return pairs


def origin_text(origin):
    """Where the weights come from, in words; folders are left out."""
    if isinstance(origin, dict):
        return ", ".join(
            f"{name.replace('_', ' ')} {value}" for name, value in plain_parameters(origin).items()
        )
    return str(origin)


def _view(first, last, shift):
    """nt round the query as bases round the TSS."""
    first, last = first + shift, last + shift
    return f"{_base(first)} to {_base(last)} round the TSS"


def _base(offset):
    """0-based offset from the TSS as a base (no base 0)."""
    return f"+{offset + 1:,}" if offset >= 0 else f"−{-offset:,}"


def _training_pairs(card):
    training = card["training"]
    if training == MISSING:
        return [("training", "not in this run (--model)")]
    settings = training.get("settings", {})
    pairs = [
        ("preset", str(training.get("preset", MISSING))),
        ("seed", str(training.get("seed", MISSING))),
        ("stopped at", f"step {training.get('steps', 0):,}: {training.get('stop_reason', MISSING)}"),
        ("kept", f"step {training.get('best_step', 0):,}, lowest validation loss"),
    ]
    return pairs + [(name.replace("_", " "), str(value)) for name, value in settings.items()]


def _time_table(card):
    rows = card["time_and_memory"]
    if not rows:
        return f"<p>{MISSING}</p>"
    longest = max(row["seconds_total"] for row in rows) or 1
    body = []
    for row in rows:
        name = row["process"] + (f" × {row['tasks']}" if row["tasks"] > 1 else "")
        wide = max(1, 150 * row["seconds_total"] / longest)
        bar = (
            f'<svg width="160" height="14"><rect width="{wide:.1f}" height="12" y="1" '
            f'fill="{BLUES[1]}"/></svg>'
        )
        body.append([name, bar, duration(row["seconds_total"]), f"{row['peak_memory_mb']:,.0f} MB"])
    return table(["process", "", "time", "peak memory"], body, {"time", "peak memory"}).replace(
        "<table>", '<table class="bars">'
    )


def duration(seconds):
    """Seconds in words: ``0.8 s``, ``42 s``, ``3 min 5 s``, ``1 h 2 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _machine_pairs(card):
    machine = card["machine"] if isinstance(card["machine"], dict) else {}
    total = sum(row["seconds_total"] for row in card["time_and_memory"])
    genome = card["genome"]
    pairs = [
        (
            "machine",
            f"{machine.get('cores', MISSING)} cores, {machine.get('system', MISSING)} "
            f"{machine.get('processor', '')}".strip(),
        ),
        ("all tasks together", duration(total)),
    ]
    pairs += [(name, version) for name, version in card["software"].items()]
    pairs += [
        ("genome sha256", f"{genome['sha256'] or MISSING} ({genome['file'] or MISSING})"),
        ("same bytes again", "not tried"),
    ]
    return pairs


def dots_svg(run):
    """PR AUC of the network on a log scale, with its interval, the prevalence and the line above
    which it learned."""
    metrics = run.metrics
    prevalence, entry = metrics["prevalence"], metrics["pr_auc"]
    low = 10 ** math.floor(math.log10(max(min(prevalence, entry["value"] or prevalence) / 1.5, 1e-7)))
    left, right, y, wide = 90, 500, 48, 560

    def x(value):
        share = (math.log10(max(value, low)) - math.log10(low)) / -math.log10(low)
        return left + share * (right - left)

    parts = [
        f'<svg width="{wide}" height="104" viewBox="0 0 {wide} 104" font-size="12" role="img">'
        f"<title>PR AUC {interval_text(entry)}, prevalence {number(prevalence)}</title>",
        f'<text x="0" y="{y + 4}" fill="{INK}">trained, 1 seed</text>',
        f'<path d="M{left} {y}H{right}" stroke="{RULE}"/><path d="M{left} 76H{right}" stroke="{FAINT}"/>',
    ]
    guess, line = x(prevalence), x(min(1, LEARNED_FACTOR * prevalence))
    parts.append(
        f'<path d="M{guess:.1f} 22V76" stroke="{INK}" stroke-dasharray="3 3"/>'
        f'<text x="{guess - 4:.1f}" y="12" text-anchor="{"end" if guess > 190 else "start"}" fill="{SOFT}">'
        f"prevalence {number(prevalence)}</text>"
    )
    parts.append(
        f'<path d="M{line:.1f} 22V76" stroke="{FAINT}"/>'
        f'<text x="{line + 5:.1f}" y="30" fill="{SOFT}">{LEARNED_FACTOR} × prevalence</text>'
    )
    exponent = round(math.log10(low))
    for power in range(exponent, 1):
        value = 10**power
        parts.append(
            f'<path d="M{x(value):.1f} 76v4" stroke="{FAINT}"/><text x="{x(value):.1f}" y="94" fill="{SOFT}" '
            f'text-anchor="middle">{number(value)}</text>'
        )
    if entry.get("lo") is not None:
        parts.append(
            f'<path d="M{x(entry["lo"]):.1f} {y}H{x(entry["hi"]):.1f}" stroke="{GROUP_COLOUR["top"]}" '
            'stroke-width="4" opacity=".35"/>'
        )
    if entry.get("value") is not None:
        parts.append(f'<circle cx="{x(entry["value"]):.1f}" cy="{y}" r="5" fill="{INK}"/>')
    parts.append(
        f'<text x="{right + 12}" y="{y + 4}" font-weight="bold" '
        f'fill="{INK}">{number(entry.get("value"))}</text>'
    )
    return "".join(parts) + "</svg>"


def ring_svg(run):
    """The split as a ring (one contig) or as bars (several contigs), with coordinates and sites."""
    contigs = run.genome_json.get("contigs", [])
    if not len(run.split) or not contigs:
        return f"<p>{MISSING}</p>"
    fill = {"train": RULE, "validation": "url(#hatch)", "test": BLUES[0]}
    hatch = (
        f'<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{BLUES[2]}"/>'
        f'<rect width="2" height="6" fill="{BLUES[1]}"/></pattern></defs>'
    )
    if len(contigs) > 1:
        return _bars(run, contigs, fill, hatch)
    length = contigs[0]["length"]
    cx, cy, outer, inner = 240, 130, 92, 64
    parts = [
        f'<svg width="480" height="260" viewBox="0 0 480 260" font-size="12" role="img"><title>Arcs of the '
        f"split"
        f"</title>{hatch}"
    ]
    merged = _arcs(run.split, length, contigs[0]["circular"])
    for arc, start, end, sites in merged:
        parts.append(
            f'<path d="{_sector(cx, cy, outer, inner, start / length, end / length)}" fill="{fill[arc]}" '
            'stroke="#fff" stroke-width="2"/>'
        )
        x, y = _place(cx, cy, outer + 12, (start + end) / 2 / length)
        # Above the middle the second line of the words lies between the first and the ring.
        y -= 12 if y < cy else 0
        anchor = "start" if x > cx else "end"
        share = (end - start) / length
        parts.append(
            f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{INK}" font-weight="bold">'
            f"{arc} {share:.0%}".replace("%", " %")
            + f'</text><text x="{x:.0f}" y="{y + 14:.0f}" '
            f'text-anchor="{anchor}" fill="{SOFT}">{sites:,} sites</text>'
        )
    name = contigs[0]["name"]
    shape = "circular" if contigs[0]["circular"] else "linear"
    parts.append(
        f'<text x="{cx}" y="{cy - 12}" text-anchor="middle" font-weight="bold" '
        f'fill="{INK}">{escape(name)}</text>'
        f'<text x="{cx}" y="{cy + 5}" text-anchor="middle" fill="{SOFT}">{length:,} nt</text>'
        f'<text x="{cx}" y="{cy + 21}" text-anchor="middle" fill="{SOFT}">{shape}</text>'
        f'<path d="M{cx} {cy - inner - 4}v8" stroke="{INK}"/>'
        f'<text x="{cx}" y="{cy - inner + 16}" text-anchor="middle" fill="{SOFT}">0</text>'
    )
    return "".join(parts) + "</svg>"


def _arcs(split, length, circular):
    """Arcs as (arc, start, end, sites); pieces of one arc that meet at the origin of a circle become one."""
    pieces = [
        [row.arc, int(row.start), int(row.end), int(row.sites)]
        for row in split.sort_values("start").itertuples()
    ]
    if (
        circular
        and len(pieces) > 1
        and pieces[0][0] == pieces[-1][0]
        and pieces[0][1] == 0
        and pieces[-1][2] == length
    ):
        first = pieces.pop(0)
        pieces[-1][2] += first[2]
        pieces[-1][3] += first[3]
    return pieces


def _place(cx, cy, radius, turn):
    angle = 2 * math.pi * turn - math.pi / 2
    return cx + radius * math.cos(angle), cy + radius * math.sin(angle)


def _sector(cx, cy, outer, inner, start, end):
    large = int(end - start > 0.5)
    x0, y0 = _place(cx, cy, outer, start)
    x1, y1 = _place(cx, cy, outer, min(end, start + 0.9999))
    x2, y2 = _place(cx, cy, inner, min(end, start + 0.9999))
    x3, y3 = _place(cx, cy, inner, start)
    return (
        f"M{x0:.2f} {y0:.2f}A{outer} {outer} 0 {large} 1 {x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}"
        f"A{inner} {inner} 0 {large} 0 {x3:.2f} {y3:.2f}Z"
    )


def _bars(run, contigs, fill, hatch):
    longest = max(entry["length"] for entry in contigs)
    shown = contigs[:12]
    parts = [
        f'<svg width="480" height="{30 * len(shown) + 30}" font-size="12" role="img"><title>Arcs of the split'
        f"</title>{hatch}"
    ]
    for i, entry in enumerate(shown):
        parts.append(f'<text x="0" y="{30 * i + 18}" fill="{INK}">{escape(entry["name"][:18])}</text>')
        for row in run.split[run.split["contig"] == entry["name"]].itertuples():
            parts.append(
                f'<rect x="{130 + 340 * row.start / longest:.1f}" y="{30 * i + 6}" height="16" '
                f'width="{340 * (row.end - row.start) / longest:.1f}" fill="{fill[row.arc]}" stroke="#fff"/>'
            )
    parts.append(
        f'<text x="130" y="{30 * len(shown) + 20}" fill="{SOFT}">grey: train, hatched: validation, dark: '
        "test</text>"
    )
    return "".join(parts) + "</svg>"
