"""Attentome: what the attention heads of a genome transformer look at, and whether it matters.

The modules form layers; each imports only from those before it:
formats, record, genome -> sites -> curate -> labels -> model -> train, predict, profile -> heads -> report.
``metrics``, ``evaluate``, ``tracks`` and ``simulate`` stand beside them. Only model, train, predict, profile and
published import torch.
"""

__version__ = "0.1.0"
