#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What of scripts/gpu_check runs without a GPU: its answer to a machine without one, the whole run on the CPU, the search for
cuDNN in Python packages, and the page it writes.

usage: test_gpu_check.py SCRIPTS_DIR WORK_DIR
"""

import ctypes
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPTS, WORK = sys.argv[1:3]
PROGRAM = os.path.join(SCRIPTS, "gpu_check")
loader = importlib.machinery.SourceFileLoader("gpu_check", PROGRAM)
gpu_check = importlib.util.module_from_spec(importlib.util.spec_from_loader("gpu_check", loader))
loader.exec_module(gpu_check)
import gpu_machine


def has_driver():
    try:
        return ctypes.CDLL("libcuda.so.1") is not None
    except OSError:
        return False


def run(*arguments):
    return subprocess.run(
        [sys.executable, PROGRAM, *arguments], capture_output=True, text=True, timeout=280, check=False
    )


class WithoutGpu(unittest.TestCase):
    @unittest.skipIf(has_driver(), "NVIDIA's driver is here")
    def test_a_machine_without_a_gpu_gets_one_line_and_status_5(self):
        done = run("--out", os.path.join(WORK, "none"))
        self.assertEqual((done.returncode, done.stdout), (5, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("no GPU: ", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(WORK, "none")))

    def test_an_unknown_step_is_a_usage_error(self):
        done = run("--no-gpu", "--steps", "build,fly")
        self.assertEqual(done.returncode, 2)
        self.assertIn("unknown fly", done.stderr)

    def test_everything_but_cuda_runs_and_is_recorded(self):
        out = os.path.join(WORK, "record")
        done = run("--no-gpu", "--build", os.path.join(WORK, "build"), "--out", out, "--jobs", "2")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(os.path.join(out, "gpu_check.json"), encoding="utf-8") as file:
            record = json.load(file)
        with open(os.path.join(out, "gpu_check.md"), encoding="utf-8") as file:
            page = file.read()
        self.assertTrue(record["ok"])
        cases = record["steps"]["test"]["cases"]
        self.assertEqual(cases["backend_cpu"]["outcome"], "passed")
        self.assertEqual(cases["backend_cuda"]["outcome"], "skipped")
        self.assertEqual(cases["net_golden_slim8_ref_f32"]["outcome"], "passed")
        (row,) = record["steps"]["bench"]["rows"]
        self.assertGreater(row["times"]["network"]["median_ms"], 0)
        self.assertTrue(any("postprocess street" in row["case"] for row in record["steps"]["operators"]["rows"]))
        self.assertIn("All well.", page)
        self.assertIn("| r52 | f32 | 1 |", page)

    def test_a_failing_build_says_where_to_look(self):
        out = os.path.join(WORK, "broken")
        done = subprocess.run(
            [sys.executable, PROGRAM, "--no-gpu", "--build", os.path.join(WORK, "broken_build"), "--out", out],
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
            env={**os.environ, "CC": "false"},
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("the build failed", done.stderr)
        self.assertTrue(os.path.exists(os.path.join(out, "build.log")))


class Search(unittest.TestCase):
    def search(self, folder, packages):
        keep, gpu_machine.python_packages = gpu_machine.python_packages, lambda: packages
        try:
            return gpu_machine.find_cudnn(os.path.join(folder, "toolkit"), ())
        finally:
            gpu_machine.python_packages = keep

    def put(self, folder, *names):
        for name in names:
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            open(os.path.join(folder, name), "w", encoding="utf-8").close()

    def test_cudnn_of_the_toolkit_comes_first_then_python_packages(self):
        with tempfile.TemporaryDirectory() as folder:
            packages = [os.path.join(folder, name) for name in ("cu13", "cudnn", "nccl")]
            self.put(packages[0], "include/cublasLt.h", "lib/libcublasLt.so.13")
            self.put(packages[1], "include/cudnn_version.h")
            with self.assertRaisesRegex(gpu_machine.Stop, "cuDNN is neither in"):
                self.search(folder, packages)  # headers alone are of no use
            self.put(packages[1], "lib/libcudnn.so.9", "lib/libcudnn_ops.so.9")
            self.assertEqual(self.search(folder, packages), (packages[1], [packages[1] + "/lib", packages[0] + "/lib"]))
            self.put(folder, "toolkit/include/cudnn_version.h")
            self.assertEqual(self.search(folder, packages), (folder + "/toolkit/include/cudnn_version.h", []))


class Page(unittest.TestCase):
    def times(self, **medians):
        return {name: {"median_ms": value, "min_ms": value} for name, value in medians.items()}

    def record(self):
        bench = {
            "net": "r52",
            "precision": "f16",
            "batch": 1,
            "device": "cuda",
            "times": self.times(network=6.0, pipeline=8.0, post=0.25, stream=6.5),
        }
        peer = {
            "net": "r52",
            "precision": "f16",
            "batch": 1,
            "mode": "eager",
            "network": {"median_ms": 12.0},
            "post": {"median_ms": 100.0},
        }
        return {
            "date": "2026-01-02",
            "commit": "abc",
            "command": "scripts/gpu_check",
            "seconds": 9,
            "ok": False,
            "cpu": "a CPU",
            "processors": 4,
            "nvcc": ["release 13.0"],
            "cudnn": "/x",
            "gpu": {"name": "a GPU", "compute_capability": "9.0", "driver": None, "driver_cuda": "13.0"},
            "steps": {
                "test": {"cases": {"a": {"outcome": "passed"}, "b": {"outcome": "failed"}}, "failed": "b"},
                "bench": {"rows": [bench]},
                "peer": {"rows": [peer], "machine": {"torch": "2.0", "threads": 4, "cudnn": 91000}},
                "compile": {"rows": [{**{k: peer[k] for k in ("net", "precision", "batch")}, "error": "too old"}]},
                "sanitize": {"rows": [{"tool": "memcheck", "program": "p", "outcome": "clean"}]},
            },
        }

    def test_times_ratios_and_targets(self):
        page = gpu_check.markdown(self.record())
        # (12 ms + 100 ms) / 8 ms = 14.0
        self.assertIn("| r52 | f16 | 1 | 6.000 | 8.000 | 0.250 | 6.500 | 12.000 | 100.000 |  | 14.0 |", page)
        self.assertIn("- r52 network: 6.00 ms, wanted 7.0 ms: met", page)
        self.assertIn("- r52 pipeline: 8.00 ms, wanted 7.5 ms: NOT met", page)

    def test_what_failed_is_said_first(self):
        page = gpu_check.markdown(self.record())
        self.assertIn("SOMETHING FAILED", page)
        self.assertIn("**test** FAILED: b", page)
        self.assertIn("1 passed, 1 failed, 0 skipped", page)
        self.assertIn("**compile** could not run r52 f16 1: too old", page)
        self.assertIn("| memcheck | p | clean |", page)


if __name__ == "__main__":
    os.makedirs(WORK, exist_ok=True)
    unittest.main(argv=sys.argv[:1])
