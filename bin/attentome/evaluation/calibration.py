"""How much evidence the outputs of a network give for the labels, whatever their unit.

Separate from :mod:`attentome.evaluation.metrics`, which every training imports, as scikit-learn takes a second to load.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression


def label_slope(labels, outputs):
    """Evidence for a label in one unit of the output: slope of the logistic regression of the labels on the outputs.

    It is 1 for outputs that are true logits (Platt 1999, Advances in Large Margin Classifiers 61). The regression is on
    the outputs divided by their standard deviation, with a normal prior of deviation 1 on the slope. So outputs that
    separate the labels perfectly also have a finite slope, and a change of the outputs' unit only rescales the slope.

    Parameters
    ----------
    labels, outputs : ndarray
        As in :func:`attentome.evaluation.metrics.ranked_counts`.

    Returns
    -------
    float
        1 where one of the two labels is missing; 0 where all outputs are equal.
    """
    if not 0 < np.count_nonzero(labels) < len(labels):
        return 1.0
    outputs = np.asarray(outputs, np.float64)
    deviation = outputs.std()
    if deviation == 0:
        return 0.0
    scaled = (outputs - outputs.mean())[:, None] / deviation
    return float(LogisticRegression(C=1.0, solver="newton-cholesky").fit(scaled, labels).coef_[0, 0] / deviation)
