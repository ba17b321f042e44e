#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/convert_weights.py on checkpoints made here: every container, damaged ones, and ones that try to run something.

usage: test_convert_weights.py SCRIPTS_DIR      Exit 77 without NumPy. PyTorch, if there, reads and writes .pth files too.
"""

import contextlib
import io
import os
import pickle
import random
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import warnings
import zipfile
from collections import OrderedDict

try:
    import numpy as np
except ImportError:
    print("skipped: no NumPy for", sys.executable)
    sys.exit(77)
try:
    import torch
except ImportError:
    torch = None

SCRIPTS = sys.argv[1]
PROGRAM = os.path.join(SCRIPTS, "convert_weights.py")
sys.path[:0] = [SCRIPTS, os.path.join(SCRIPTS, "reference")]
import convert_weights
import hashed_weights
import layout
import pickles
import tensors


def network(*names, width=16, **options):
    return hashed_weights.make(layout.shapes(layout.convolutions(*names, **options), width))


NET = network("r52", "none")
MEAN = np.array([103.53, 116.28, 123.675], np.float32).reshape(3, 1, 1)


class Runs:
    """A pickled instance of this makes Python's own reader call a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class Case(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.out = self.path("out.safetensors")

    def path(self, name):
        return os.path.join(self.directory, name)

    def put(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def pickled(self, value, protocol=2):
        return self.put("in.pkl", pickle.dumps(value, protocol))

    def convert(self, *arguments):
        """The program, within this process: a new one each time would take a quarter of a second."""
        keep, out, err = sys.argv, io.StringIO(), io.StringIO()
        sys.argv = [PROGRAM, *arguments]
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = convert_weights.main()
        except SystemExit as stop:
            code = stop.code
        finally:
            sys.argv = keep
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    def converts(self, source, *options):
        done = self.convert(source, "-o", self.out, "--force", *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return tensors.read(self.out)

    def refuses(self, source, *words, code=3, out=None):
        done = self.convert(source, "-o", out or self.out)
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual([name for name in os.listdir(self.directory) if name.startswith((".", "out"))], [])

    def same(self, found, expected):
        self.assertEqual(list(found), sorted(expected))
        for name, array in expected.items():
            self.assertEqual(found[name].shape, array.shape)
            np.testing.assert_array_equal(found[name], array)


class Converts(Case):
    def test_a_model_zoo_pickle_of_any_protocol(self):
        top = {
            "model": {**NET, "pixel_mean": MEAN, "pixel_std": np.array([1, 2, 3.5], np.float32).reshape(3, 1, 1)},
            "__author__": "A",
        }
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            found, meta = self.converts(self.pickled(top, protocol))
            self.same(found, NET)
        digest = meta.pop("source_sha256")
        self.assertEqual(len(digest), 64)
        self.assertEqual(
            meta,
            {
                "format": "pt",
                "variant": "r52",
                "depth": "none",
                "aspp_pool": "32x64",
                "classes": "19",
                "source": "in.pkl",
                "pixel_mean": "103.53,116.28,123.675",
                "pixel_std": "1,2,3.5",
            },
        )

    def test_a_pickle_that_python_2_wrote(self):
        # Python 2 writes the bytes of an array as a string (opcode T, four bytes of length): "latin1" in detectron2's loader.
        one = np.arange(6, dtype="<f4").reshape(2, 3)
        data = one.tobytes()
        array = (
            b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR(K\x01(K\x02K\x03tcnumpy\ndtype\n(U\x02f4K\x00K\x01tR"
            b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
            + struct.pack("<I", len(data))
            + data
            + b"tb"
        )
        top = pickles.read_pickle(b"\x80\x02}U\x05model}U\x01a" + array + b"ss.")
        np.testing.assert_array_equal(top["model"]["a"].value, one)

    def test_fortran_order_big_endian_and_half_arrays(self):
        name = "backbone.stem.conv2.weight"
        for array in (np.asfortranarray(NET[name]), NET[name].astype(">f4"), NET[name].astype(np.float64)):
            found, _ = self.converts(self.pickled({"model": {**NET, name: array}}))
            self.same(found, NET)
        half = NET[name].astype(np.float16)
        found, _ = self.converts(self.pickled({"model": {**NET, name: half}}))
        np.testing.assert_array_equal(found[name], half.astype(np.float32))

    def test_every_variant_is_recognised_and_pooling_follows_the_depth_head(self):
        for names, bins, expected in [
            (("r52", "l1"), 90, ("r52", "l1", "global", None)),
            (("r52_ds", "none"), 90, ("r52_ds", "none", "32x64", None)),
            (("r52_ds", "dorn", "ds"), 7, ("r52_ds", "dorn", "global", "author")),
        ]:
            net = network(*names, dorn_bins=bins)
            found, meta = self.converts(self.pickled({"model": net}))
            self.same(found, net)
            self.assertEqual((meta["variant"], meta["depth"], meta["aspp_pool"], meta.get("dorn_layout")), expected)
        _, meta = self.converts(self.pickled({"model": net}), "--pool", "3x5", "--dorn-layout", "published")
        self.assertEqual((meta["aspp_pool"], meta["dorn_layout"]), ("3x5", "published"))

    def test_there_and_back_through_every_container(self):
        first = self.path("a.safetensors")
        tensors.write(
            first,
            NET,
            {"format": "pt", "aspp_pool": "5x7", "source": "zoo", "source_sha256": "00", "pixel_mean": "1.0,2.0,3.0"},
        )
        for middle in ("b.pth", "b.pkl"):
            self.assertEqual(self.convert(first, "-o", self.path(middle)).returncode, 0)
            found, meta = self.converts(self.path(middle))
            self.same(found, NET)
            self.assertEqual(meta["source"], middle)
        with open(self.path("b.pkl"), "rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            top = pickle.load(file, encoding="latin1")
        self.same(top["model"], NET)
        _, meta = self.converts(first)
        self.assertEqual(
            (meta["aspp_pool"], meta["source"], meta["source_sha256"], meta["pixel_mean"]),
            ("5x7", "zoo", "00", "1.0,2.0,3.0"),
        )

    def test_equal_inputs_give_equal_files(self):
        source = self.pickled({"model": NET})
        for kind in (".pth", ".pkl", ".safetensors"):
            files = []
            for name in ("out1", "out2"):
                self.assertEqual(self.convert(source, "-o", self.path(name + kind)).returncode, 0)
                with open(self.path(name + kind), "rb") as file:
                    files.append(file.read())
            self.assertEqual(*files)

    @unittest.skipUnless(torch, "no PyTorch")
    def test_pytorch_writes_what_we_read_and_reads_what_we_write(self):
        state = OrderedDict((f"module.{name}", torch.from_numpy(array)) for name, array in NET.items())
        key = "module.backbone.res2.0.conv1.weight"
        state[key] = state[key].contiguous(memory_format=torch.channels_last)
        whole = torch.zeros(1000)
        whole[10:266] = state["module.backbone.res4.0.conv3.norm.bias"].repeat(256)[:256]
        key = "module.sem_seg_head.decoder.res5.project_conv.convs.0.norm.bias"
        state[key] = torch.nn.Parameter(whole[10 : 10 + len(state[key])])
        expected = {name[len("module.") :]: tensor.detach().numpy() for name, tensor in state.items()}
        state["module.backbone.stem.conv1.norm.num_batches_tracked"] = torch.tensor(3)
        state._metadata = OrderedDict(version=2)
        optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(3))])
        torch.save(
            {"model": state, "optimizer": optimizer.state_dict(), "iteration": 9, "scheduler": {"lr": [0.1]}},
            self.path("in.pth"),
        )
        found, meta = self.converts(self.path("in.pth"))
        self.same(found, expected)
        self.assertEqual(meta["source"], "in.pth")
        self.assertEqual(self.convert(self.out, "-o", self.path("back.pth")).returncode, 0)
        back = torch.load(self.path("back.pth"), map_location="cpu")["model"]
        self.same({name: tensor.numpy() for name, tensor in back.items()}, expected)

    @unittest.skipUnless(torch, "no PyTorch")
    def test_half_precision_checkpoints_of_pytorch(self):
        for kind in (torch.float16, torch.bfloat16, torch.float64):
            state = {name: torch.from_numpy(array).to(kind) for name, array in NET.items()}
            torch.save({"model": state}, self.path("in.pth"))
            found, _ = self.converts(self.path("in.pth"))
            self.same(found, {name: tensor.float().numpy() for name, tensor in state.items()})


class RefusesToRun(Case):
    def test_the_program_run_by_itself_says_why_and_exits_with_3(self):
        source = self.put("in.pkl", b"cos\nsystem\n(S'true'\ntR.")
        done = subprocess.run(
            [sys.executable, PROGRAM, source, "-o", self.out], capture_output=True, text=True, timeout=60
        )
        self.assertEqual(
            (done.returncode, done.stdout, done.stderr),
            (
                3,
                "",
                f"convert_weights.py: {source}: it names os.system: only arrays of numbers are read from a pickle, nothing else is run or loaded\n",
            ),
        )

    def test_a_call_to_the_system_is_named_and_not_made(self):
        sign = self.path("sign")
        for call in (
            Runs(os.system, f"touch {sign}"),
            Runs(eval, f"open({sign!r}, 'w')"),
            Runs(subprocess.getoutput, f"touch {sign}"),
            Runs(io.open, sign, "w"),
            Runs(getattr, os, "system"),
        ):
            for protocol in (0, 2, 4):
                try:
                    source = self.pickled({"model": {**NET, "x": call}}, protocol)
                except (TypeError, pickle.PicklingError):  # a module cannot be pickled: the name alone is the attack
                    source = self.put("in.pkl", b"cbuiltins\ngetattr\n(cposix\nsystem\nS'x'\ntR.")
                self.refuses(source, "it names ", "only arrays of numbers")
                self.assertFalse(os.path.exists(sign))
        self.refuses(self.put("in.pkl", b"\x80\x02cos\nsystem\nU\x02ls\x85R."), "names os.system")

    def test_known_names_are_called_only_as_numpy_and_pytorch_call_them(self):
        for body, words in [
            (b"cnumpy\ndtype\n(U\x01OtR.", "arrays of type 'O'"),
            (b"cnumpy\nndarray\n(K\x00tR.", "calls numpy.ndarray"),
            (b"c_codecs\nencode\n(U\x01aU\x05utf-7tR.", "unknown encoding"),
            (b"ctorch\nFloatStorage\n(tR.", "calls torch.FloatStorage"),
            (b"cnumpy\ndtype\n(tR.", "with 0 arguments"),
            (b"(K\x01K\x02tK\x01R.", "calls"),
            (b"}}b.", "sets the state of a dict"),
            (b"cnumpy\ndtype.__init__.__globals__\n.", "names numpy.dtype.__init__.__globals__"),
            (b"(i__main__\nRuns\n.", "opcode INST"),
            (b"P1\n.", "opcode PERSID"),
            (b"\x82\x01.", "opcode EXT1"),
            (b"\x8c\x02os\x8c\x06system\x93.", "names os.system"),
            (b"cnumpy\nload\n.", "names numpy.load"),
        ]:
            self.refuses(self.put("in.pkl", b"\x80\x04" + body), words)

    def test_sizes_are_checked_before_memory_is_taken(self):
        head = b"\x80\x04cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tC\x01btR(K\x01"
        dtype = b"cnumpy\ndtype\n(\x8c\x02f4\x89\x88tR"
        huge = b"\x8a\x06" + (1 << 44).to_bytes(6, "little")
        for shape in (
            b"(" + huge + b"t",
            b"(" + huge + huge + b"t",
            b"(J\xff\xff\xff\xfft",
            b"(" + b"K\x01" * 9 + b"t",
            b"K\x05",
        ):
            self.refuses(
                self.put("in.pkl", head + shape + dtype + b"\x89C\x01xtb."),
                "an array of shape" if huge in shape[:9] and shape.count(huge) == 1 else "",
            )
        for text in (
            b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60),
            b"\x80\x05\x96" + struct.pack("<Q", 1 << 40),
            b"\x80\x04B\xff\xff\xff\xff",
        ):
            self.refuses(self.put("in.pkl", text), "damaged or cut short")
        self.refuses(self.put("in.pkl", b"\x80\x04Nr\xff\xff\xff\x7f."), "it holds a NoneType")  # a memo index of 2^31
        self.refuses(self.put("in.pkl", b"\x80\x04)" + b"\x85" * 300000 + b"K\x00b."), "")  # 300,000 nested tuples
        self.refuses(self.put("in.pkl", b"\x80\x04})" + b"\x85" * 300000 + b"K\x00s."), "dictionary key")

    def test_a_pickle_cut_anywhere_or_with_flipped_bytes_never_ends_in_a_traceback(self):
        small = {name: NET[name] for name in list(NET)[:3]}
        whole = pickle.dumps({"model": small}, 2)
        rng = random.Random(5)
        for _ in range(1500):
            data = bytearray(whole[: rng.randrange(len(whole))] if rng.random() < 0.3 else whole)
            for _ in range(rng.randrange(4)):
                if data:
                    data[rng.randrange(min(len(data), 400))] = rng.randrange(256)
            try:
                pickles.read_pickle(bytes(data))
            except pickles.CheckpointError:
                pass


class RefusesBadFiles(Case):
    def archive(self, pickled, members=(), compression=zipfile.ZIP_STORED, root="archive/"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", compression) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, data in (("data.pkl", pickled), *members):
                file.writestr(root + name, data)
        return self.put("in.pth", out.getvalue())

    def tensor(
        self,
        storage=b"X\x0c\x00\x00\x00FloatStorage",
        count=b"K\x04",
        offset=b"K\x00",
        shape=b"(K\x04t",
        stride=b"(K\x01t",
        kind=b"ctorch\nFloatStorage\n",
    ):
        return (
            b"\x80\x02}X\x05\x00\x00\x00model}X\x09\x00\x00\x00a_head.bcctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storage"
            + kind
            + b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
            + count
            + b"tQ"
            + offset
            + shape
            + stride
            + b"\x89}tRss."
        )

    def test_archives_that_pytorch_did_not_write(self):
        self.refuses(self.archive(b"\x80\x02}.", root=""), "without one data.pkl")
        self.refuses(self.archive(b"\x80\x02}.", [("data.pkl", b"")]), "two files of one name")
        self.refuses(self.archive(b"\x80\x02}.", [("byteorder", b"big")]), "big-endian")
        self.refuses(self.archive(b"\x80\x02cos\nsystem\n."), "names os.system")
        self.refuses(self.archive(self.tensor(), compression=zipfile.ZIP_DEFLATED), "compressed")
        self.refuses(self.put("in.pth", b"PK\x03\x04" + b"\0" * 100), "damaged or truncated archive")
        with open(self.archive(self.tensor(), [("data/0", bytes(16))]), "rb") as file:
            whole = file.read()
        self.refuses(self.put("in.pth", whole[:-30]), "damaged or truncated archive")
        at = whole.index(b"storage")
        self.refuses(self.put("in.pth", whole[:at] + b"S" + whole[at + 1 :]), "damaged")  # its checksum no longer fits

    def test_tensors_that_reach_beyond_their_storage(self):
        big = b"\x8a\x06" + (1 << 44).to_bytes(6, "little")
        for changed in (
            dict(offset=b"K\x01"),
            dict(stride=b"(K\x02t"),
            dict(shape=b"(K\x05t"),
            dict(shape=b"(K\x03K\x02t", stride=b"(K\x00K\x00t"),
            dict(shape=b"(" + big + b"t", stride=b"(K\x00t"),
        ):
            self.refuses(self.archive(self.tensor(**changed)), "reaches beyond")
        self.refuses(self.archive(self.tensor(stride=b"(J\xff\xff\xff\xfft")), "strides")
        self.refuses(self.archive(self.tensor(kind=b"cos\nsystem\n")), "names os.system")
        self.refuses(self.archive(self.tensor(kind=b"cnumpy\nndarray\n")), "a storage of type")

    def test_storages_that_are_short_or_missing(self):
        state = dict(NET)
        out = io.BytesIO()
        pickles.write_torch(out, state)
        for change, words in ((lambda data: data[:-4], "bytes, expected"), (None, "has no data/7")):
            with zipfile.ZipFile(out) as old, zipfile.ZipFile(self.path("in.pth"), "w") as new:
                for name in old.namelist():
                    if name != "archive/data/7":
                        new.writestr(name, old.read(name))
                    elif change:
                        new.writestr(name, change(old.read(name)))
            self.refuses(self.path("in.pth"), words)

    def test_many_tensors_over_one_storage_do_not_multiply_it(self):
        out = io.BytesIO()
        biggest = max(NET, key=lambda name: NET[name].size)
        pickles.write_torch(out, NET)
        with zipfile.ZipFile(out) as old:
            text = old.read("archive/data.pkl")
        index = list(NET).index(biggest)
        for i in range(len(NET)):  # every tensor says that it lies in the biggest one's storage
            text = text.replace(
                b"FloatStorage\nX" + struct.pack("<I", len(str(i))) + str(i).encode() + b"X",
                b"FloatStorage\nX" + struct.pack("<I", len(str(index))) + str(index).encode() + b"X",
            )
        text = re.sub(
            rb"(cpuJ)....(tQ)", lambda m: m[1] + struct.pack("<i", NET[biggest].size) + m[2], text, flags=re.DOTALL
        )
        self.refuses(self.archive(text, [(f"data/{index}", NET[biggest].tobytes())]), "more than the file has")

    def test_a_training_start_is_not_a_trained_network(self):
        backbone = {name[len("backbone.") :]: array for name, array in NET.items() if name.startswith("backbone.")}
        self.refuses(
            self.pickled({"model": backbone, "__author__": "A", "matching_heuristics": True}),
            "ImageNet backbone",
            "trained network",
        )
        self.refuses(self.pickled(backbone), "ImageNet backbone")
        self.refuses(self.pickled({"model": {"fc.weight": np.zeros((2, 2), np.float32)}}), "none of its tensors")

    def test_missing_extra_and_misshapen_tensors_are_listed(self):
        net = dict(NET)
        del net["sem_seg_head.predictor.bias"]
        net["ins_embed_head.more.weight"] = np.zeros(2, np.float32)
        net["backbone.stem.conv2.weight"] = np.zeros((4, 4, 5, 5), np.float32)
        self.refuses(
            self.pickled({"model": net}),
            "missing: sem_seg_head.predictor.bias",
            "extra: ins_embed_head.more.weight",
            "backbone.stem.conv2.weight is [4, 4, 5, 5], expected [4, 4, 3, 3]",
        )
        self.refuses(self.pickled({"model": {"sem_seg_head.x": np.zeros(1)}}), "and ", " more")

    def test_numbers_that_no_network_has(self):
        for name, value, words in [
            ("backbone.stem.conv2.weight", np.nan, "NaN"),
            ("sem_seg_head.predictor.bias", np.inf, "infinity"),
            ("backbone.stem.conv1.norm.running_var", -1, "negative variance"),
        ]:
            array = NET[name].copy()
            array.reshape(-1)[-1] = value
            self.refuses(self.pickled({"model": {**NET, name: array}}), name, words)
        whole = NET["sem_seg_head.predictor.bias"].astype(np.int64)
        self.refuses(self.pickled({"model": {**NET, "sem_seg_head.predictor.bias": whole}}), "int64")
        self.refuses(self.pickled({"model": {**NET, "pixel_std": np.zeros(3, np.float32)}}), "pixel_std")
        self.refuses(self.pickled({"model": {**NET, "x": "text"}}), "'x' is a str")
        self.refuses(self.pickled([1, 2]), "holds a list")

    def test_other_files_are_told_apart(self):
        for data, words in [
            (b"", "neither a pickle"),
            (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
            (b"\n<!DOCTYPE html>", "web page"),
            (b"root:x:0:0", "neither a pickle"),
            (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "PyTorch before 1.6"),
            (struct.pack("<Q", 2) + b"{]", "header"),
        ]:
            self.refuses(self.put("in.bin", data), self.path("in.bin"), words)
        self.refuses(self.path("absent"), "absent: No such file")
        self.refuses(self.directory, "Is a directory")

    def test_outputs_are_never_overwritten_unasked_and_usage_is_checked(self):
        source = self.pickled({"model": NET})
        kept = self.put("kept.safetensors", b"mine")
        self.refuses(source, "exists; --force replaces it", code=4, out=kept)
        with open(kept, "rb") as file:
            self.assertEqual(file.read(), b"mine")
        self.refuses(source, "input and output are one file", code=4, out=source)
        self.refuses(source, "No such file", code=4, out=self.path("no/x.safetensors"))
        self.refuses(source, "is named .safetensors", code=2, out=self.path("kept.onnx"))
        self.assertEqual(self.convert(source, "-o", self.out, "--pool", "0x4").returncode, 2)
        self.assertEqual(self.convert(source, "-o", self.path("kept.safetensors"), "--force", "--quiet").stdout, "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
