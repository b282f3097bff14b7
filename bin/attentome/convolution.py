"""Valid convolution along the positions as one matrix product, without an unfolded copy.

The ``width`` neighbours of a position lie behind each other in memory. Read with a row step of one position, the states
are the matrix positions x (width x channels) that the product needs; its rows overlap, and nothing is copied.
"""

import torch


class Convolution(torch.autograd.Function):
    """Convolution with its gradient."""

    @staticmethod
    def forward(ctx, x, weight, bias):
        """Convolve.

        Parameters
        ----------
        x : Tensor, shape (b, n, channels)
        weight : Tensor, shape (outputs, width x channels)
            Of output position i, for the positions i .. i + width - 1.
        bias : Tensor, shape (outputs,)

        Returns
        -------
        Tensor, shape (b, n - width + 1, outputs)
        """
        x = x.contiguous()
        rows = unfolded(x, weight.shape[1])
        out = x.new_empty(*rows.shape[:2], len(weight))
        for row, here in zip(rows, out, strict=True):
            torch.addmm(bias, row, weight.t(), out=here)
        ctx.save_for_backward(x, weight)
        return out

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, d_out):
        x, weight = ctx.saved_tensors
        channels = x.shape[2]
        width = weight.shape[1] // channels
        m = x.shape[1] - width + 1
        d_out = d_out.contiguous()
        d_weight, d_x = torch.zeros_like(weight), None
        for row, here in zip(unfolded(x, weight.shape[1]), d_out, strict=True):
            d_weight.addmm_(here.t(), row)
        if ctx.needs_input_grad[0]:
            d_x = torch.zeros_like(x)
            d_rows = (d_out @ weight).view(len(x), m, width, channels)
            for offset in range(width):
                d_x[:, offset:offset + m] += d_rows[:, :, offset]
        return d_x, d_weight, d_out.sum((0, 1))


def unfolded(x, length):
    """Each position with those behind it: a view of x (b, n, channels) of shape (b, n - width + 1, length).

    ``length`` is ``width x channels``.
    """
    b, n, channels = x.shape
    return x.as_strided((b, n - length // channels + 1, length), (n * channels, channels, 1), x.storage_offset())
