"""How a script ends when it cannot go on: one line, and an exit code that gives the reason."""

import sys
from contextlib import contextmanager

FAULT = 2
OUT_OF_GPU_MEMORY = 85
"""The workflow starts such a task again with a smaller batch."""


@contextmanager
def one_line_exit(program):
    """Turn the errors that a user can correct into one line on stderr and an exit code.

    Parameters
    ----------
    program : str
        Name to print before the line.

    Raises
    ------
    SystemExit
        2 for a fault in input, model or settings, 85 if the GPU ran out of memory.
    """
    try:
        yield
    except RuntimeError as error:
        # torch's own class, by its name: most scripts never load torch.
        if type(error).__name__ != "OutOfMemoryError":
            raise
        print(
            f"{program}: out of GPU memory: {str(error).splitlines()[0]}; lower --batch_size or --predict_batch",
            file=sys.stderr,
        )
        sys.exit(OUT_OF_GPU_MEMORY)
    except (ValueError, FloatingPointError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        sys.exit(FAULT)
