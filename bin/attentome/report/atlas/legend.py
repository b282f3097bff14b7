"""What the cells of the atlas show, in words; page and figure print the same lines."""

from attentome.heads.distances import anchor_text


def legend(run, cells):
    """What lines, logos, numbers and letters of a cell mean.

    Parameters
    ----------
    run : RunResults
    cells : list of Cell

    Returns
    -------
    list of str
        Sentences without a full stop.
    """
    profile, tested = run.profile, run.tested
    window = profile["window"]
    lines = [
        f"line: mean score over the {profile['n_top']:,} highest outputs of the whole genome, in multiples of uniform "
        f"attention (1× = 1/{window}, thin line); log scale ½× to 110×, the same in all cells",
        "the height of its peak and the distance d of the peak, nt upstream of "
        f"{anchor_text(profile['ahead'])} (peak_d_top of tables/heads.tsv)",
    ]
    if tested and len(tested.bands):
        lines.append(
            "grey: 95 % of the heads of untrained networks; dashed: 95 % of the heads of networks with rotated labels"
        )
    lines.append(
        "DNA runs 5′ to 3′ from left to right; columns: −35 and −10 boxes; tick: TSS (+1); all true where d = 0 sits "
        f"on TSS + {profile['label_shift']}"
    )
    if window > 100:
        lines.append(f"left of the gap: d {window - 1} to 100, squeezed (the highest of 8 nt)")
    judged = any(cell.tests for cell in cells)
    if tested:
        lines += [
            "logo of the half of the test arc on which the peak of the tests (peak_d_heldout) was not chosen; each "
            "window is weighted by the square of how far the output falls without the head; "
            f"{tested.logo_scale} (ticks: half, full); centred{'; grey: test L was not passed' * judged}",
            "below at the right: change of the PR AUC without the head",
        ]
    else:
        lines.append(
            f"logo of the {profile['n_windows']} windows with the highest score at the head's peak over all positions "
            "(peak_d_all); its height is 2 bits in all cells; it is centred, not in register with the line above"
        )
    if judged:
        names = ", ".join(f"{test} {entry['name']}" for test, entry in tested.grades["rule"]["tests"].items())
        lines.append(
            f"tests ({names}): filled passed, dashed failed, ? not run; bold number at their right: test K was passed"
        )
    return lines
