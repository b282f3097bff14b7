"""Which epochs of networks to compare at equal accuracy. Nothing is computed on a network here.

A training that ends early flatters a network that learns fast. So a training keeps the weights of the first epoch at
which the monitored validation value reaches each of a fixed series of levels (:data:`LEVELS`). Networks that differ in
their first activation alone (same task, network and trial) are compared at the highest level that all of them reached.
Networks that reached no level are left out of this comparison. The levels are the same for every run, so that the
weights to keep do not depend on which networks one task trains.
"""

MATCHED = "matched"
"""What tables call these weights; those of the last epoch are ``last``."""
LEVELS = {
    "auroc": tuple(round(level / 100, 2) for level in range(60, 100, 2)),
    "aupr": tuple(round(level / 100, 2) for level in range(30, 100, 2)),
}
"""By monitored value; an AUROC below 0.6 and an AUPR below 0.3 are too close to chance to be compared."""


def levels_reached(levels, values):
    """First epoch at which the monitored value reaches each level.

    Parameters
    ----------
    levels : sequence of float
    values : sequence of float
        Of each epoch so far, the first is epoch 1; nan reaches no level.

    Returns
    -------
    list of dict
        For each level that was reached, in rising order: ``level``, ``epoch`` and ``validation`` (the value then).
    """
    reached = []
    for level in sorted(levels):
        epoch = next((number for number, value in enumerate(values, 1) if value >= level), None)
        if epoch is not None:
            reached.append({"level": level, "epoch": epoch, "validation": values[epoch - 1]})
    return reached


def matched_epochs(trainings):
    """The epoch of each network at which it is compared with those of the other activations.

    Parameters
    ----------
    trainings : list of dict
        Contents of ``training.json``: ``id``, ``task``, ``network``, ``trial``, ``control``, and ``reached`` as
        :func:`levels_reached` makes it.

    Returns
    -------
    dict of str to dict
        Id of a network to its element of ``reached``. Only networks without control that reached a level, and only
        where another one of the same task, network and trial did.
    """
    groups = {}
    for one in trainings:
        if not one["control"] and one["reached"]:
            groups.setdefault((one["task"], one["network"], one["trial"]), []).append(one)
    matched = {}
    for group in groups.values():
        common = min(one["reached"][-1]["level"] for one in group)
        if len(group) > 1:
            matched |= {one["id"]: next(at for at in one["reached"] if at["level"] == common) for one in group}
    return matched
