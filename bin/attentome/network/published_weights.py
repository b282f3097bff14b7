"""Convert the weights of the published model (Clauwaert et al. 2021, released code) to a network of this library.

The published parameter names are those of its ``state_dict``; ``word_emb.emb_layers.0.weight`` is the embedding of
A, T, C, G, ``layers.<i>.dec_attn.*`` are the layers. The unused adaptive softmax that its released training adds is
left out.
"""

import re

import torch
from safetensors.torch import load_file

from attentome.network.transformer import Network, NetworkConfig

LAYER_NAMES = {
    "qkv.weight": "qkv_net.weight",
    "distance.weight": "r_net.weight",
    "out.weight": "o_net.weight",
    "norm.weight": "layer_norm.weight",
    "norm.bias": "layer_norm.bias",
}


def read_weights(path):
    """Read named tensors from safetensors, or from a torch file without executing anything in it.

    Parameters
    ----------
    path : str or Path
        A torch file may hold the ``state_dict`` itself or have it under ``state_dict`` or ``model_state_dict``.

    Returns
    -------
    dict of str to Tensor

    Raises
    ------
    ValueError
        If the file is neither, or would need unpickling of anything other than tensors.
    """
    try:
        if str(path).endswith(".safetensors"):
            return load_file(path)
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(
            f"{path}: neither a safetensors file nor a torch file of tensors only "
            f"(save the state_dict, not the module): {error}"
        ) from None
    for key in ("state_dict", "model_state_dict"):
        if isinstance(weights, dict) and key in weights:
            weights = weights[key]
    if not isinstance(weights, dict) or not all(isinstance(value, torch.Tensor) for value in weights.values()):
        raise ValueError(f"{path}: expected a dict of names to tensors")
    return weights


def convert(weights, window, padding="same"):
    """Convert published weights to a network.

    Parameters
    ----------
    weights : dict of str to Tensor
        Published names; a prefix such as ``module.`` is ignored.
    window : int
        Keys of each query, its own included: 512 in the published evaluation.
    padding : {"same", "causal"}
        ``same`` as published.

    Returns
    -------
    Network
        In evaluation mode.

    Raises
    ------
    ValueError
        If a tensor is missing or its shape does not fit.
    """
    weights = {re.sub(r"^(module\.|model\.)+", "", name): value.float() for name, value in weights.items()}
    numbers = [int(match[1]) for name in weights if (match := re.match(r"layers\.(\d+)\.dec_attn\.", name))]
    needed = ["word_emb.emb_layers.0.weight", "r_w_bias", "r_r_bias", "out_layer.weight", "out_layer.bias"]
    missing = [name for name in needed if name not in weights] + ([] if numbers else ["layers.0.dec_attn.*"])
    if missing:
        raise ValueError(f"not the published model's weights: {', '.join(missing)} missing")
    heads, d_head = weights["r_w_bias"].shape
    n_layers = max(numbers) + 1
    state = {
        "embedding": weights["word_emb.emb_layers.0.weight"],
        "u": weights["r_w_bias"],
        "v": weights["r_r_bias"],
        "logits.weight": weights["out_layer.weight"],
        "logits.bias": weights["out_layer.bias"],
    }
    try:
        for layer in range(n_layers):
            prefix = f"layers.{layer}.dec_attn."
            for ours, theirs in LAYER_NAMES.items():
                state[f"layers.{layer}.{ours}"] = weights[prefix + theirs]
            for kind in ("weight", "bias"):
                state[f"layers.{layer}.conv_{kind}"] = torch.stack(
                    [weights[f"{prefix}motif_net_{part}.{kind}"] for part in "qkv"]
                )
        network = Network(
            NetworkConfig(
                n_layers,
                heads,
                state["embedding"].shape[1],
                d_head,
                window,
                state["layers.0.conv_weight"].shape[-1],
                padding,
            )
        )
        network.load_state_dict(state)
    except KeyError as error:
        raise ValueError(f"not the published model's weights: {error.args[0]} missing") from None
    except RuntimeError as error:
        raise ValueError(f"the weights' shapes do not fit the published model: {error}") from None
    return network.eval()
