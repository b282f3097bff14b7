"""The benchmark's plain formulation is the same network, and its table says what was measured."""

import pytest
import torch
from inputs import shape_of
from kernels import speed_rows
from published_form import PublishedForm
from selftest import design_lines, merged
from works import useful_flop

from attentome.genome.contigs import OUTSIDE
from attentome.network.transformer import Network, NetworkConfig


def streamed(plain, tokens, segment):
    """Logits of streams (b, n) that go through the plain formulation segment by segment: (b, n, 2)."""
    memories, logits = None, []
    for part in tokens.T.split(segment):
        here, memories = plain(part, memories)
        logits.append(here)
    return torch.cat(logits).transpose(0, 1)


@pytest.mark.parametrize("window", [8, 31])
def test_published_form_is_the_network(window):
    """From the very start of the streams; with conv_width - 1 more states in the memory, see its docstring."""
    config = NetworkConfig(layers=2, heads=3, d_model=8, d_head=4, window=window, conv_width=5)
    network = Network(config).initialise(torch.Generator().manual_seed(1), 0.5).double().eval()
    tokens = torch.randint(0, 4, (3, 5 * window), generator=torch.Generator().manual_seed(2))
    upstream, _ = network.context()
    whole = torch.nn.functional.pad(tokens, (upstream, 0), value=OUTSIDE)
    plain = PublishedForm(network, window + config.conv_width - 1).eval()
    assert (streamed(plain, tokens, window) - network(whole)[0]).abs().max() < 1e-12
    # As published, from the third segment on: the convolution of the oldest keys has zeros in place of states.
    published = streamed(PublishedForm(network, window).eval(), tokens, window)
    error = (published - network(whole)[0]).abs().amax((0, 2))
    assert error[: 2 * window].max() < 1e-12 and error[2 * window :].max() > 1e-6


def test_published_form_has_the_networks_gradient():
    config = NetworkConfig(layers=2, heads=2, d_model=8, d_head=4, window=16, conv_width=3)
    network = Network(config).initialise(torch.Generator().manual_seed(3), 0.5).double().eval()
    tokens = torch.randint(0, 4, (2, 16), generator=torch.Generator().manual_seed(4))
    whole = torch.nn.functional.pad(tokens, (network.context()[0], 0), value=OUTSIDE)
    parameters = list(network.parameters())
    ours = torch.autograd.grad(network(whole)[0].square().sum(), parameters)
    plain = torch.autograd.grad(PublishedForm(network, 0).eval()(tokens.T)[0].square().sum(), parameters)
    for a, b in zip(ours, plain, strict=True):
        assert (a - b).abs().max() < 1e-10 * max(1, b.abs().max())


def test_useful_work_of_the_published_shape():
    """Per position and layer: 129,024 products for the convolution, 3 x 98,304 for the keys, 6,144 behind the heads."""
    assert useful_flop(shape_of("published")) == 2 * 6 * (129_024 + 3 * 98_304 + 6_144)


def test_rows_say_the_ratio_of_each_round():
    rates = {
        "product": [1e11, 1e11],
        "plain predict": [100.0, 200.0],
        "predict": [1000.0, 4000.0],
        "profile": [900.0, 1800.0],
        "plain train": [10.0, 10.0],
        "plain train, no memory": [20.0, 20.0],
        "train": [60.0, 80.0],
    }
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in speed_rows("published", 2, rates)]
    assert rows[0][5] == "**15.0** (10.0 to 20.0)" and rows[1][5] == "**9.0** (9.0 to 9.0)"
    assert rows[2][5] == "**7.0** (6.0 to 8.0)" and rows[3][5] == "3.5"


def selftest_record(*genomes, rule="one", recalled=None, grade="B", error=1):
    """A record of some genomes in which ``recalled`` of them (all) name the one planted part."""
    recalled = len(genomes) if recalled is None else recalled
    pairs = {name: [len(genomes), 10 * len(genomes)] for name in ("trained", "random", "rotated")}
    return {
        "genomes": list(genomes),
        "rule_sha256": rule,
        "pr_auc": [0.5, 0.6],
        "grades": {name: len(genomes) for name in ("A", "B", "C", "D", "unsupported")},
        "graded": pairs,
        "passed": {name: dict.fromkeys("SLKRI", pair) for name, pair in pairs.items()},
        "true": 9 * len(genomes),
        "false": len(genomes),
        "false_claims": [f"{genome} L1·H1" for genome in genomes],
        "parts": {
            "minus10": {
                "element": "-10",
                "recalled": recalled,
                "best_grade": grade if recalled else "",
                "error_nt": error if recalled else None,
            }
        },
        "bits": {"effect logos": {name: [0.1 * len(genomes), 2.0] for name in pairs}},
    }


def test_selftest_records_add_up():
    records = [
        selftest_record("easy_1", "easy_2"),
        selftest_record("easy_3", recalled=0),
        selftest_record("easy_4", grade="A", error=2),
    ]
    page = "\n".join(design_lines("easy", records))
    for text in (
        "4 genomes; PR AUC 0.50 to 0.60; 20 heads: 4 A",
        "| recall of planted parts | 0.75 |",
        "| largest position error of recalled parts, nt | 2 |",
        "| false claims | 4 of 40 |",
        "| graded heads in random-weight networks | 4 of 40 |",
        "| minus10 | -10 | 3 of 4 | A | 2 |",
        "trained 0.1 to 0.2 (2.0)",
        "False claims: easy_1 L1·H1; easy_2 L1·H1; easy_3",
    ):
        assert text in page
    page = "\n".join(design_lines("easy", [selftest_record("easy_3", recalled=0)]))
    assert "| minus10 | -10 | 0 of 1 | none | – |" in page
    assert "| largest position error of recalled parts, nt | – |" in page


def test_selftest_records_are_replaced_and_never_mixed():
    """A genome run again takes the place of what held it; figures of another rule of grades are not added to these."""
    old = [selftest_record("easy_1", "easy_2"), selftest_record("hard_1"), selftest_record("hard_2", rule="other")]
    new = [selftest_record("easy_2"), selftest_record("easy_3"), selftest_record("hard_1", rule="other")]
    names = [record["genomes"] for record in merged(old, new, "one")]
    assert names == [["easy_2"], ["easy_3"], ["hard_1"]]
