# SPDX-License-Identifier: Apache-2.0
pnd-table --baseline paper
