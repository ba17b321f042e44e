#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the archives of this folder with NumPy (1.24): what numpy.savez and savez_compressed really produce."""
import os

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
depth = np.array([[0, 1.5, 2], [250, 0.25, 80]], "<f4")
np.savez("stored.npz", depth=depth)
np.savez_compressed("deflated.npz", depth=depth)
np.savez_compressed("two.npz", depth=depth, other=depth.astype("<f8") * 2)
np.savez("object.npz", depth=np.array([{"a": 1}], dtype=object))
