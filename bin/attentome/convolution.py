"""Valid convolution along the positions as one matrix product.

The neighbours of each position are written side by side, a matrix positions x (width x channels), which takes a small
part of the product's own time. The matrix is made again for the gradient: it is never kept.
"""

import torch


class Convolution(torch.autograd.Function):
    """Convolution with its gradient."""

    @staticmethod
    def forward(ctx, x, weight, bias, gap=1):
        """Convolve.

        Parameters
        ----------
        x : Tensor, shape (b, n, channels)
        weight : Tensor, shape (outputs, width x channels)
            Of output position i, for the positions i, i + gap, .. i + (width - 1) x gap.
        bias : Tensor, shape (outputs,)
        gap : int

        Returns
        -------
        Tensor, shape (b, n - (width - 1) x gap, outputs)
        """
        x = x.contiguous()
        rows, shape = unfolded(x, weight, gap)
        ctx.save_for_backward(x, weight)
        ctx.gap = gap
        return torch.addmm(bias, rows, weight.t()).view(*shape[:2], len(weight))

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, d_out):
        x, weight = ctx.saved_tensors
        rows, (b, m, width, channels) = unfolded(x, weight, ctx.gap)
        d_out = d_out.reshape(b * m, len(weight))
        d_weight, d_x = d_out.t() @ rows, None
        if ctx.needs_input_grad[0]:
            d_x = torch.zeros_like(x)
            d_rows = (d_out @ weight).view(b, m, width, channels)
            for tap in range(width):
                d_x[:, tap * ctx.gap:tap * ctx.gap + m] += d_rows[:, :, tap]
        return d_x, d_weight, d_out.sum(0), None


def unfolded(x, weight, gap):
    """What each output position is computed from.

    Returns
    -------
    rows : Tensor, shape (b x m, width x channels)
    shape : tuple of int
        b, m, width, channels; m is n - (width - 1) x gap.
    """
    b, n, channels = x.shape
    width = weight.shape[1] // channels
    shape = b, n - (width - 1) * gap, width, channels
    view = x.as_strided(shape, (n * channels, channels, gap * channels, 1), x.storage_offset())
    return view.reshape(b * shape[1], width * channels), shape
