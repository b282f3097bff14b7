"""Read and write a model folder: ``model.safetensors`` and ``model.json``, for every kind of network."""

from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save

from attentome.io.files import read_json, write_json
from attentome.network.residual_cnn import ConvolutionalConfig, ConvolutionalNetwork
from attentome.network.transformer import Network, NetworkConfig

FORMAT = "attentome-model-1"
ATTENTION, CONVOLUTIONAL = "attention", "convolutional"


def read_config(settings):
    """Shape of a network from plain values: ``kind`` (attention unless it says convolutional) and its fields."""
    settings = dict(settings)
    kind = settings.pop("kind", ATTENTION)
    if kind not in (ATTENTION, CONVOLUTIONAL):
        raise ValueError(f"unknown kind of network {kind!r}")
    return NetworkConfig(**settings) if kind == ATTENTION else ConvolutionalConfig(**settings)


def build_network(config):
    """Make a network of a shape, without initial weights."""
    return ConvolutionalNetwork(config) if isinstance(config, ConvolutionalConfig) else Network(config)


def save_model(folder, network, label_shift, origin):
    """Write ``model.safetensors`` and ``model.json``.

    Parameters
    ----------
    folder : str or Path
    network : Network or ConvolutionalNetwork
    label_shift : int
        Distance of the labelled position downstream of the TSS, nt.
    origin : dict
        Where the weights come from (preset, seed, steps, or the converted file).
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    (folder / "model.safetensors").write_bytes(save(weights))
    upstream, downstream = network.context()
    write_json(
        folder / "model.json",
        {
            "format": FORMAT,
            "kind": CONVOLUTIONAL if isinstance(network, ConvolutionalNetwork) else ATTENTION,
            "network": asdict(network.config),
            "n_weights": sum(parameter.numel() for parameter in network.parameters()),
            "label_shift": label_shift,
            "receptive_field": {"upstream_nt": upstream, "downstream_nt": downstream},
            "origin": origin,
        },
    )


def load_model(folder, device="cpu"):
    """Read a model directory.

    Parameters
    ----------
    folder : str or Path
    device : str or torch.device

    Returns
    -------
    network : Network or ConvolutionalNetwork
        In evaluation mode on ``device``.
    description : dict
        The content of ``model.json``.

    Raises
    ------
    ValueError
        If the directory is not a model of this format or the weights do not fit its description.
    """
    folder = Path(folder)
    try:
        description = read_json(folder / "model.json")
        weights = load_file(folder / "model.safetensors")
    except OSError as error:
        raise ValueError(f"{folder}: not a model directory (needs model.json and model.safetensors): {error}") from None
    except SafetensorError as error:
        raise ValueError(f"{folder}/model.safetensors is cut or damaged ({error}); copy it again") from None
    if description.get("format") != FORMAT:
        raise ValueError(f"{folder}/model.json: format is {description.get('format')!r}, expected {FORMAT!r}")
    network = build_network(read_config({"kind": description.get("kind", ATTENTION), **description["network"]}))
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"{folder}/model.safetensors does not fit model.json: {error}") from None
    return network.to(device).eval(), description
