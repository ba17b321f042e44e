#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scripts/reference does without PyTorch: tensor files, the list of tensors, hashed weights, post-processing.

usage: test_reference.py SCRIPTS_DIR DATA_DIR       Exit 77 without NumPy.
"""

import json
import os
import struct
import sys
import tempfile
import unittest

try:
    import numpy as np
except ImportError:
    print("skipped: no NumPy for", sys.executable)
    sys.exit(77)

SCRIPTS, DATA = sys.argv[1:3]
sys.path.insert(0, os.path.join(SCRIPTS, "reference"))
import hashed_weights
import layout
import postprocess
import tensors


class TensorFiles(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, "t.safetensors")

    def tearDown(self):
        self.directory.cleanup()

    def raw(self, header, data=b""):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        with open(self.path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data)

    def refuses(self, words):
        with self.assertRaisesRegex(tensors.TensorFileError, words):
            tensors.read(self.path)

    def test_what_is_written_is_read_back(self):
        given = {
            "b": np.arange(6, dtype=np.float32).reshape(2, 3),
            "a": np.array(7, np.int64),
            "empty": np.zeros((0, 4), np.uint8),
        }
        tensors.write(self.path, given, {"k": "v", "j": "w"})
        found, metadata = tensors.read(self.path)
        self.assertEqual(metadata, {"j": "w", "k": "v"})
        for name, array in given.items():
            self.assertEqual((found[name].dtype, found[name].shape), (array.dtype, array.shape))
            np.testing.assert_array_equal(found[name], array)

    def test_data_starts_on_a_64_byte_boundary_with_the_widest_elements_first(self):
        tensors.write(self.path, {"a": np.zeros(3, np.uint8), "z": np.zeros(2, np.float32)})
        with open(self.path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
        self.assertEqual((8 + length) % 64, 0)
        self.assertEqual(header["z"]["data_offsets"], [0, 8])
        self.assertEqual(header["a"]["data_offsets"], [8, 11])

    def test_damaged_files_are_refused_with_the_reason(self):
        def entry(shape, first, last):
            return {"dtype": "F32", "shape": shape, "data_offsets": [first, last]}

        for header, data, words in [
            (b"[]", b"", "not a JSON object"),
            (b"{", b"", "header"),
            (b'{"a":1,"a":2}', b"", "twice"),
            ({"a": entry([2], 0, 4)}, b"1234", "do not hold"),
            ({"a": entry([2], 0, 8)}, b"1234", "do not hold"),
            ({"a": entry([1], 4, 8)}, b"12345678", "do not hold"),
            ({"a": entry([1], 0, 4)}, b"12345678", "belong to no"),
            ({"a": {"dtype": "F4", "shape": [], "data_offsets": [0, 0]}}, b"", "type F4"),
        ]:
            self.raw(header, data)
            self.refuses(words)
        with open(self.path, "wb") as file:
            file.write(struct.pack("<Q", 1 << 62))
        self.refuses("header of")
        with open(self.path, "wb") as file:
            file.write(b"abc")
        self.refuses("too few")


class Layout(unittest.TestCase):
    # network.md of the design: learnable parameters, elements with statistics, tensors, convolutions, GFLOP at 1024x2048.
    TOTALS = [
        (("r52", "none", "plain"), 59770166, 59833910, 425, 88, 2080.5),
        (("r52", "l1", "plain"), 79109623, 79179191, 494, 103, 3057.7),
        (("r52", "dorn", "plain"), 79155626, 79225194, 494, 103, 3069.8),
        (("r52_ds", "none", "plain"), 30271350, 30360310, 455, 94, 833.6),
        (("r52_ds", "l1", "plain"), 34686039, 34793303, 539, 112, 1217.2),
        (("r52_ds", "l1", "ds"), 33578327, 33685591, 539, 112, 926.8),
        (("r52_ds", "dorn", "ds"), 33624330, 33731594, 539, 112, 938.8),
    ]

    def test_every_variant_has_the_known_number_of_parameters_and_operations(self):
        for names, learnable, elements, count, convs, gflop in self.TOTALS:
            net = layout.convolutions(*names)
            shapes = layout.shapes(net)
            self.assertEqual((*layout.parameters(shapes), len(shapes), len(net)), (learnable, elements, count, convs))
            self.assertAlmostEqual(layout.flops(net, shapes, 1024, 2048, (32, 64)) / 1e9, gflop, delta=0.051)

    def test_the_kind_of_network_follows_from_its_tensors(self):
        for names, *_ in self.TOTALS:
            arrays = {
                name: np.broadcast_to(np.float32(0), shape)
                for name, shape in layout.shapes(layout.convolutions(*names), 4).items()
            }
            kind = layout.kind(arrays)
            self.assertEqual((kind["variant"], kind["depth"], kind["depth_head"]), names)
            self.assertEqual(layout.problems(arrays), [])

    def test_a_missing_an_extra_and_a_misshapen_tensor_are_named(self):
        arrays = {
            name: np.broadcast_to(np.float32(0), shape)
            for name, shape in layout.shapes(layout.convolutions(), 8).items()
        }
        del arrays["backbone.res4.5.conv2.norm.bias"]
        arrays["extra.weight"] = np.zeros(1)
        arrays["depth_head.head.1.weight"] = np.zeros((32, 31, 3, 3))
        arrays["backbone.res2.1.conv3.weight"] = np.zeros((31, 8, 1, 1))
        found = "\n".join(layout.problems(arrays))
        for words in (
            "missing: backbone.res4.5.conv2.norm.bias",
            "extra: extra.weight",
            "depth_head.head.1.weight is [32, 31, 3, 3], expected [32, 32, 3, 3]",
            "res2.1 adds 32 channels to 31",
        ):
            self.assertIn(words, found)


class HashedWeights(unittest.TestCase):
    def test_the_hash_is_fnv1a_and_the_generator_splitmix64(self):
        # Published vectors: FNV-1a 64 of "", "a", "foobar"; SplitMix64 seeded with 0 begins e220a8397b1dcdaf, 6e789e6aa1b965f4.
        self.assertEqual(hashed_weights.fnv1a(""), 0xCBF29CE484222325)
        self.assertEqual(hashed_weights.fnv1a("a"), 0xAF63DC4C8601EC8C)
        self.assertEqual(hashed_weights.fnv1a("foobar"), 0x85944171F73967E8)
        keep, hashed_weights.fnv1a = hashed_weights.fnv1a, lambda name: 0
        try:
            u = hashed_weights.uniform("", 0, 2)
        finally:
            hashed_weights.fnv1a = keep
        self.assertEqual(list(u), [(z >> 40) / 2**23 - 1 for z in (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4)])

    def test_chunks_continue_where_the_last_one_ended(self):
        keep, whole = hashed_weights.CHUNK, hashed_weights.tensor("a.weight", (7, 5, 3, 3))
        hashed_weights.CHUNK = 17
        try:
            np.testing.assert_array_equal(hashed_weights.tensor("a.weight", (7, 5, 3, 3)), whole)
        finally:
            hashed_weights.CHUNK = keep

    def test_values_lie_in_the_ranges_of_their_kind(self):
        for name, low, high in [
            ("backbone.res2.0.conv3.norm.weight", 0.2, 0.3),
            ("backbone.stem.conv3.norm.weight", 0.9, 1.1),
            ("x.norm.running_var", 0.5, 1.5),
            ("x.norm.running_mean", -0.1, 0.1),
            ("x.predictor.bias", -0.1, 0.1),
        ]:
            values = hashed_weights.tensor(name, (4096,))
            self.assertTrue(
                low <= values.min() < low + (high - low) / 50 and high - (high - low) / 50 < values.max() <= high, name
            )
        for name, bound in (("x.weight", (6 / 18) ** 0.5), ("x.predictor.weight", (3 / 18) ** 0.5)):
            values = hashed_weights.tensor(name, (64, 2, 3, 3))
            self.assertTrue(0.95 * bound < np.abs(values).max() <= np.float32(bound), name)

    def test_the_committed_sample_is_what_the_rule_gives(self):
        found, _ = tensors.read(os.path.join(DATA, "golden_net", "hashed.safetensors"))
        self.assertEqual(len(found), 8)
        for name, array in found.items():
            np.testing.assert_array_equal(array, hashed_weights.tensor(name, array.shape))


class PostProcessing(unittest.TestCase):
    def test_upsampling_by_four_mixes_neighbours_in_eighths_and_clamps_at_the_edge(self):
        x = np.array([[[0, 8]]], np.float32)
        np.testing.assert_array_equal(postprocess.upsample(x)[0, 0], [0, 0, 1, 3, 5, 7, 8, 8])

    def test_a_plateau_keeps_all_its_pixels_and_a_value_at_the_threshold_none(self):
        heat = np.zeros((20, 20), np.float32)
        heat[5:8, 5:8], heat[15, 15] = 0.5, np.float32(0.1)
        self.assertEqual(len(postprocess.centres(heat)), 9)

    def test_two_hundred_peaks_leave_the_199_above_the_lowest(self):
        heat = np.zeros((8 * 20, 8 * 10), np.float32)
        heat[::8, ::8] = 1 + np.arange(200, dtype=np.float32).reshape(20, 10)
        self.assertEqual(len(postprocess.centres(heat)), 199)
        heat[0, 0] = 0
        self.assertEqual(len(postprocess.centres(heat)), 199)

    def test_equal_votes_go_to_the_smaller_class_and_small_stuff_is_void(self):
        sem = np.array([[13, 12, 3, 11]], np.int32)
        pan = postprocess.panoptic(sem, np.array([[1, 1, 0, 0]], np.int32))
        self.assertEqual(pan.tolist(), [[12001, 12001, -1, -1]])
        for width, kept in ((2047, -1), (2048, 3000)):
            sem = np.full((1, width), 3, np.int32)
            self.assertEqual(set(postprocess.panoptic(sem, np.zeros_like(sem)).ravel().tolist()), {kept})

    def test_ordinal_depth_follows_both_layouts(self):
        # K=4, beta 16: ends 1 2 4 8 16 32. Two votes for "deeper": the middle of 4 and 8, less the shift of 1.
        a, b = np.array([0.2, -0.1, 0.5, 1], np.float32), np.array([1, 0.4, -0.3, -1.2], np.float32)
        pairs = np.stack([a, b], 1).reshape(8, 1, 1)
        self.assertEqual(postprocess.dorn_depth(pairs, True, beta=16.0).tolist(), [[5.0]])
        self.assertEqual(postprocess.dorn_depth(np.concatenate([b, a]).reshape(8, 1, 1), beta=16.0).tolist(), [[5.0]])
        tie = np.zeros(
            (8, 1, 1), np.float32
        )  # every pair undecided: all votes when published, none as the author counts
        self.assertEqual(postprocess.dorn_depth(tie, True, beta=16.0).tolist(), [[23.0]])
        self.assertEqual(postprocess.dorn_depth(tie, beta=16.0).tolist(), [[0.5]])
        # The author's range: 0.025 m with no vote, 81 m with all (depth head, K=90).
        raw = np.zeros((180, 1, 2), np.float32)
        raw[:90, 0, 1] = 1
        np.testing.assert_allclose(postprocess.dorn_depth(raw), [[0.0249, 80.996]], atol=1e-3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
