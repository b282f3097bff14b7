"""Read and write a folder with a convolutional network and its weights after some epochs of its training."""

from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save

from attentome.io.files import read_json, write_json
from attentome.network.motif_cnn import MotifCnn, MotifCnnConfig

FORMAT = "attentome-motif-cnn-1"
LAST, BEST = "last", "best"


def of_epoch(epoch):
    """Name of the weights after an epoch (from 1)."""
    return f"epoch_{epoch:03d}"


def save_motif_cnn(folder, config, weights, origin):
    """Write ``model.json`` and ``<name>.safetensors`` for each set of weights.

    Parameters
    ----------
    folder : str or Path
    config : MotifCnnConfig
    weights : dict of str to dict of str to Tensor
        Names (:data:`LAST`, :data:`BEST`, :func:`of_epoch`) to states of the network.
    origin : dict
        Where the weights come from: data, seed, epochs.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, state in weights.items():
        tensors = {key: value.detach().cpu().contiguous() for key, value in state.items()}
        (folder / f"{name}.safetensors").write_bytes(save(tensors))
    described = {"format": FORMAT, "network": asdict(config), "weights": sorted(weights), "origin": origin}
    write_json(folder / "model.json", described)


def load_motif_cnn(folder, name=LAST, device="cpu"):
    """Read a folder of :func:`save_motif_cnn`.

    Parameters
    ----------
    folder : str or Path
    name : str
        Which weights.
    device : str or torch.device

    Returns
    -------
    network : MotifCnn
        In evaluation mode on ``device``.
    description : dict
        Content of ``model.json``.

    Raises
    ------
    ValueError
        If the folder is not a model of this format, or the weights do not fit its description.
    """
    folder = Path(folder)
    try:
        description = read_json(folder / "model.json")
        weights = load_file(folder / f"{name}.safetensors")
    except OSError as error:
        raise ValueError(
            f"{folder}: not a folder of a network (needs model.json and {name}.safetensors): {error}"
        ) from None
    except SafetensorError as error:
        raise ValueError(f"{folder}/{name}.safetensors is cut or damaged ({error}); copy it again") from None
    if description.get("format") != FORMAT:
        raise ValueError(f"{folder}/model.json: format is {description.get('format')!r}, expected {FORMAT!r}")
    network = MotifCnn(MotifCnnConfig(**description["network"]))
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"{folder}/{name}.safetensors does not fit model.json: {error}") from None
    return network.to(device).eval(), description
