"""The same head in another network: copies that are permuted and moved, strangers, and correlations term by term."""

import itertools

import numpy as np
import pytest
from made_up import made_up_evidence

