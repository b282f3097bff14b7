"""Choose the device that a network runs on, and move bases to it."""

import torch


def choose_device(wanted):
    """``auto``, ``cpu`` or ``cuda`` to a torch device.

    Raises
    ------
    ValueError
        If cuda is requested and there is none.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            "--device cuda: torch sees no CUDA device; run with --device cpu, or check the driver "
            "and the container's GPU option"
        )
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")


def device_text(device):
    """Describe a device in words: the GPU's name and memory and CUDA's version, or the CPU."""
    if device.type == "cpu":
        return f"CPU, torch {torch.__version__}"
    card = torch.cuda.get_device_properties(device)
    return (
        f"{card.name}, {card.total_memory / 2**30:.0f} GiB, {torch.cuda.device_count()} to be seen, "
        f"CUDA {torch.version.cuda}, torch {torch.__version__}"
    )


def as_tokens(codes, device):
    """Codes (uint8 ndarray of any shape) as an int64 tensor on a device."""
    return torch.from_numpy(codes).to(device, torch.int64)
