"""The page's table of motifs that filters spell: places in words, controls, and names that hold markup."""

import numpy as np
import pandas as pd
from project import ROOT

from attentome.filters.criteria import LOOSE_E
from attentome.io.schemas.filters import ELEMENTS
from attentome.report.filter_page.elements import SHOWN, element_part
from attentome.report.html.templates import Templates

NAME = "<b>&amp;"
NOTHING = dict.fromkeys(ELEMENTS.columns, pd.NA)
PLACED = {"position": 71, "base": -9, "start": 68, "end": 74, "base_from": -12, "base_to": -7}


def row(motif, activation="exponential", control="", filters=6, **more):
    texts = {"task": "sites", "network": "cnn-2", "activation": activation, "control": control, "extraction": "equal"}
    counts = {"trials": 3, "trials_found": 2, "filters": filters, "filters_total": 96, "filters_shuffled": 0.4}
    values = {"E": 1e-3, "q": 0.01, "q_shuffled": 0.02, "cover": 0.9, "share": 0.125, "elsewhere": 0.0025}
    place = PLACED if filters else {}
    return {**NOTHING, **texts, **counts, **values, "motif": motif, "name": motif, "orientation": "+"} | place | more


def table(*rows):
    return pd.DataFrame(list(rows), columns=list(ELEMENTS.columns))


def test_places_are_bases_and_the_best_q_comes_first():
    elements = table(
        row("CRP", filters=9, q_shuffled=0.3),
        row("-10", same_place=5),
        row("-10", "relu", filters=0, q_shuffled=np.nan),
        row("CRP", "relu", filters=0, q_shuffled=np.nan),
        row("-10", control="untrained", filters=2),
    )
    part = element_part(elements, "sites", "cnn-2")
    assert part["activations"] == ["exponential", "relu"] and part["sites"]
    first, second = part["tables"][0]["rows"]
    assert (first["motif"], second["motif"]) == ("-10", "CRP")
    assert first["cells"]["exponential"]["place"] == "\N{MINUS SIGN}12 to \N{MINUS SIGN}7"
    assert first["controls"] == "2 of 96" and second["controls"] == "none trained"
    text = Templates(ROOT / "assets/report").plain("filter_elements.html", part={"elements": part}, loose=LOOSE_E)
    assert "6 of 96" in text and "12.5 %" in text and "5 of 6 filters" in text and "<b>0.02</b>" in text


def test_places_without_a_tss_count_from_1_and_names_are_escaped():
    elements = table(*(row(f"{NAME}{at:02d}", base=pd.NA, base_from=pd.NA, base_to=pd.NA) for at in range(SHOWN + 3)))
    part = element_part(elements, "sites", "cnn-2")
    assert not part["sites"] and part["tables"][0]["left_out"] == 3
    assert part["tables"][0]["rows"][0]["cells"]["exponential"]["place"] == "69 to 74"
    text = Templates(ROOT / "assets/report").plain("filter_elements.html", part={"elements": part}, loose=LOOSE_E)
    assert NAME not in text and "&lt;b&gt;" in text


def test_nothing_is_said_where_nothing_is_spelled():
    assert element_part(table(row("-10", filters=0)), "sites", "cnn-2") == {}
    assert element_part(table(row("-10")), "task1", "cnn-2") == {}
