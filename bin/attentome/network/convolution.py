"""Valid convolution along the positions as one matrix product.

The neighbours of each position are written side by side, a matrix positions x (width x channels). This takes a small
part of the product's own time.
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
        b, n, channels = x.shape
        width = weight.shape[1] // channels
        m = n - (width - 1) * gap
        shape, steps = (b, m, width, channels), (n * channels, channels, gap * channels, 1)
        rows = x.as_strided(shape, steps, x.storage_offset()).reshape(b * m, width * channels)
        ctx.save_for_backward(rows, weight)
        ctx.shape, ctx.gap = shape, gap
        return torch.addmm(bias, rows, weight.t()).view(b, m, len(weight))

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, d_out):
        rows, weight = ctx.saved_tensors
        b, m, width, channels = ctx.shape
        d_out = d_out.reshape(b * m, len(weight))
        d_weight, d_x = d_out.t() @ rows, None
        if ctx.needs_input_grad[0]:
            d_rows = (d_out @ weight).view(ctx.shape)
            d_x = rows.new_zeros(b, m + (width - 1) * ctx.gap, channels)
            for tap in range(width):
                d_x[:, tap * ctx.gap : tap * ctx.gap + m] += d_rows[:, :, tap]
        return d_x, d_weight, d_out.sum(0), None
