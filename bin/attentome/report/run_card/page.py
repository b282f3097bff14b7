"""The page of the run card: the facts of a run, section by section."""

from attentome.figures.style import BLUES, escape
from attentome.report.html.frame import facts, page, table, warning
from attentome.report.html.peer_table import peer_table
from attentome.report.outcome.checks import LEARNED_FACTOR
from attentome.report.run_card.facts import MISSING, plain_parameters
from attentome.report.run_card.figures import dots_svg, ring_svg
from attentome.report.run_card.tests import CONTROL_WORDS, network_pairs
from attentome.report.text.numbers import interval_text, number
from attentome.report.text.peers import auxiliary_words, peer_sentences

STYLE = """
.columns{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 40px}
.columns.three{grid-template-columns:repeat(3,minmax(0,1fr))}
td code{white-space:nowrap}
.bars td{padding-top:1px;padding-bottom:1px;white-space:nowrap}
.rule{columns:2}.rule td{font-size:13px}
.box ul{columns:2;column-gap:40px;margin:6px 0;padding-left:18px}
@media (max-width:800px){.columns,.columns.three{grid-template-columns:1fr}.box ul{columns:1}}
"""
SET_COLUMNS = [
    "set",
    "format",
    "from",
    "on the assembly",
    "positions moved by",
    "rows",
    "sites",
    "used",
    "not used, and why",
    "sha256",
]


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
            escape(entry["format"]),
            escape("; ".join(entry["sources"])),
            escape(entry["assembly"]),
            escape(entry["moved"]),
            _count(entry["rows"]),
            _count(entry["sites"]),
            _count(entry["used"]),
            escape(" · ".join(f"{reason} {n:,}" for reason, n in entry["lost"].items()) or "nothing"),
            " ".join(f'<code title="{digest}">{digest[:12]}</code>' for digest in entry["sha256"]) or MISSING,
        ]
        for entry in card["labels"]["sets"]
    ]
    body = f"""
<h1>Run card: {escape(run.name)}</h1>
{warning(outcome)}<p class="lead">{escape(card["sentence"])}</p>
{_advice(outcome)}<h2>1 Labels <small>what counts as a TSS</small></h2>
{table(SET_COLUMNS, sets, {"rows", "sites", "used"})}
<p class="note">Curated: {_count(card["labels"]["n_sites"])} sites. {escape(card["labels"]["rule"])} Used:
sites of the set in a kept cluster. Nothing was checked by hand. Data: tables of the curation step,
sites/sets.tsv, sites/overlap.tsv; audit of each set: sites/sets/.</p>
<div class="columns"><div><h2>2 Result on the {escape(result["arc"])} arc <small>PR AUC per nucleotide, both
strands, log scale; a dot is a network</small></h2>
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
            ]
            + _control_pairs(card["networks"])
        )
    }
<p class="note">Bar: 95 % interval; rings: a network each, their median in print. Learned means: the lower end
of the interval lies above {LEARNED_FACTOR} × prevalence. Data: tables/metrics.tsv.</p></div>
<div><h2>3 Split <small>both strands of an arc together</small></h2>{ring_svg(run)}
{
        table(
            ["arc", "contig", "from (0-based)", "to", "positions", "sites"],
            _split_rows(run),
            {"from (0-based)", "to", "positions", "sites"},
        )
    }<p class="note">Data: labels/split.tsv.</p></div></div>
{_peers(run)}<div class="columns"><div><h2>4 Network</h2>{facts(_network_pairs(card))}</div>
<div><h2>5 Training{" and controls" if card["networks"] else ""}</h2>{facts(_training_pairs(card))}</div></div>
{_rule(card)}<div class="columns"><div><h2>7 Time and memory
<small>sum over the tasks of a process; bars: CPU time, of
all threads</small></h2>
{_time_table(card)}<p class="note">{_cost(card["cost"])}Without this report itself. Data: run_card.json;
pipeline_info/ holds the trace.</p></div>
<div><h2>8 Machine and software</h2>{facts(_machine_pairs(card))}</div></div>
<div class="box"><h2>9 What was not
done</h2><ul>{"".join(f"<li>{escape(line)}</li>" for line in card["not_done"])}</ul>
</div>
<footer>All facts of this page: <a href="run_card.json">run_card.json</a>.{_no_rule(card)}</footer>"""
    return page(f"Run card · {run.name}", body, run.name, style=STYLE, heads=shown)


def _advice(outcome):
    """What to try, where no page of its own says so."""
    if not outcome["advice"] or outcome["state"] == "not_learned":
        return ""
    lines = "".join(f"<li>{escape(line)}</li>" for line in outcome["advice"])
    title = "What may have gone wrong" if outcome["state"] == "control_alarm" else "What to try"
    return f'<div class="box"><h2>{title}</h2><ol>{lines}</ol></div>\n'


def _peers(run):
    rows = peer_table(run)
    return f"<h3>Beside peers without attention</h3>\n<p>{escape(peer_sentences(run))}</p>\n{rows}" if rows else ""


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
    blocks = network.get("stem_blocks")
    stem = f"{network['stem_width']} nt wide, {blocks} residual blocks" if network.get("stem_width") else "none"
    shift = network["label_shift"]
    pairs = [
        (
            "layers × heads",
            f"{network.get('layers')} × {network.get('heads')}, width {network.get('d_model')}, {weights}",
        ),
        ("window", f"{network.get('window')} keys, own key included, {network.get('ahead', 0)} of them downstream"),
        ("label shift", f"{shift} nt downstream of the TSS"),
        ("convolution", f"{network.get('conv_width')} nt, {network.get('padding')}"),
        ("stem", stem),
        ("view of one head", f"{_view(*network['view_of_one_head_nt'], shift)} (keys alone)"),
    ]
    if network["view_of_all_layers_nt"]:
        pairs.append(("view of all layers", _view(*network["view_of_all_layers_nt"], shift)))
    if card["networks"] and card["networks"]["measured_view"]:
        pairs.append(("measured view", _measured_view(card["networks"]["measured_view"], shift)))
    pairs.append(("origin", origin_text(network["origin"])))
    return pairs


def origin_text(origin):
    """Where the weights come from, in words; folders are left out."""
    if isinstance(origin, dict):
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in plain_parameters(origin).items())
    return str(origin)


def _view(first, last, shift):
    """nt round the query as bases round the TSS."""
    first, last = first + shift, last + shift
    return f"{_base(first)} to {_base(last)} round the TSS"


def _measured_view(view, shift):
    measured = view["measured"]
    inside = "within the context" if view["within_context"] else "beyond the context"
    return (
        f"{_view(-(measured['upstream_nt'] or 0), measured['downstream_nt'] or 0, shift)}: bases whose change moves "
        f"the output at all, {inside}; tried up to {view['beyond_nt']} nt beyond it"
    )


def _base(offset):
    """0-based offset from the TSS as a base (no base 0)."""
    return f"+{offset + 1:,}" if offset >= 0 else f"−{-offset:,}"


def _training_pairs(card):
    training, beside = card["training"], []
    if card["networks"]:
        beside = network_pairs(card["networks"], card["parameters"])
    if training == MISSING:
        return [("training", "not in this run (--model)"), *beside]
    settings = training.get("settings", {})
    pairs = [
        ("preset", str(training.get("preset", MISSING))),
        ("seed", str(training.get("seed", MISSING))),
        ("stopped at", f"step {training.get('steps', 0):,}: {training.get('stop_reason', MISSING)}"),
        ("kept", f"step {training.get('best_step', 0):,}, best validation"),
        ("auxiliary outputs", auxiliary_words(training)),
    ]
    return pairs + beside + [(name.replace("_", " "), str(value)) for name, value in settings.items()]


def _control_pairs(networks):
    if not networks:
        return [("controls", "none run")]
    return [
        (
            f"controls, {words}",
            f"median {number(networks['controls'][kind]['pr_auc_median'])} of "
            f"{networks['controls'][kind]['networks']} networks",
        )
        for kind, words in CONTROL_WORDS.items()
    ]


def _rule(card):
    rule = card["grade_rule"]
    if not rule:
        return ""
    rows = "".join(
        f"<tr><td><b>{escape(letter)}</b></td><td>{escape(words)}</td></tr>" for letter, words in rule["lines"]
    )
    return (
        f"<h2>6 Grade rule <small>fixed before the run; sha256 {rule['sha256']}</small></h2>\n"
        f'<table class="rule"><tbody>{rows}</tbody></table>\n<p>{escape(card["grades"]["line"])}</p>\n'
    )


def _no_rule(card):
    absent = " Section 6, the rule of grades, is absent: it applies where controls were run."
    return "" if card["grade_rule"] else absent


def _cost(cost):
    if not cost["cpu_seconds_of_tests"]:
        return ""
    return (
        f"The tests of the heads (pale bars) took {duration(cost['cpu_seconds_of_tests'])} of "
        f"{duration(cost['cpu_seconds'])} of CPU time, {number(100 * cost['share_of_tests'], 2)} %. "
    )


def _time_table(card):
    rows = card["time_and_memory"]
    if not rows:
        return f"<p>{MISSING}</p>"
    longest = max(row["cpu_seconds"] for row in rows) or 1
    body = []
    for row in rows:
        name = row["process"] + (f" × {row['tasks']}" if row["tasks"] > 1 else "")
        wide = max(1, 150 * row["cpu_seconds"] / longest)
        bar = (
            f'<svg width="160" height="14"><rect width="{wide:.1f}" height="12" y="1" '
            f'fill="{BLUES[2] if row["for_tests"] else BLUES[1]}"/></svg>'
        )
        body.append(
            [
                name,
                bar,
                duration(row["cpu_seconds"]),
                duration(row["seconds_total"]),
                f"{row['peak_memory_mb']:,.0f} MB",
            ]
        )
    columns = ["process", "", "CPU", "time", "memory"]
    return table(columns, body, set(columns[2:])).replace("<table>", '<table class="bars">')


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
