# SPDX-License-Identifier: Apache-2.0
"""What scripts/gpu_check asks the machine: its GPU, compilers and libraries. Python's standard library alone."""

import ctypes
import glob
import importlib.util
import os
import platform
import shutil
import subprocess

NO_DEVICE = 5
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ATTRIBUTE_MAJOR, ATTRIBUTE_MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_*


class Stop(Exception):
    """Ends the run with a line for the user and an exit status."""

    def __init__(self, message, code=NO_DEVICE):
        super().__init__(message)
        self.code = code


def find_gpu():
    """Name and compute capability of the first device, asked of the driver itself."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        raise Stop("no GPU: NVIDIA's driver (libcuda.so.1) is not installed; --no-gpu checks the rest") from None
    count, device, name = ctypes.c_int(), ctypes.c_int(), ctypes.create_string_buffer(100)
    status = driver.cuInit(0)
    if status == 0:
        status = driver.cuDeviceGetCount(ctypes.byref(count))
    if status != 0 or count.value == 0:
        reason = f"the driver answers error {status}" if status else "the driver sees no device"
        raise Stop(f"no GPU: {reason}; --no-gpu checks the rest")
    driver.cuDeviceGet(ctypes.byref(device), 0)
    driver.cuDeviceGetName(name, len(name), device)
    capability = []
    for attribute in (ATTRIBUTE_MAJOR, ATTRIBUTE_MINOR):
        value = ctypes.c_int()
        driver.cuDeviceGetAttribute(ctypes.byref(value), attribute, device)
        capability.append(value.value)
    version = ctypes.c_int()
    driver.cuDriverGetVersion(ctypes.byref(version))
    return {
        "name": name.value.decode(),
        "compute_capability": "{}.{}".format(*capability),
        "devices": count.value,
        "driver_cuda": f"{version.value // 1000}.{version.value % 1000 // 10}",
        "driver": smi("driver_version"),
    }


def smi(*fields):
    """What nvidia-smi says, or None: not every machine has it."""
    try:
        command = ["nvidia-smi", "--query-gpu=" + ",".join(fields), "--format=csv,noheader", "--id=0"]
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def need(program, *others):
    for place in (shutil.which(program), *others):
        if place and os.access(place, os.X_OK):
            return place
    raise Stop(f"{program} is not installed, or not in PATH")


def find_nvcc():
    return need("nvcc", os.environ.get("CUDACXX"), *sorted(glob.glob("/usr/local/cuda*/bin/nvcc"), key=len))


def python_packages():
    """Folders of NVIDIA's Python packages that hold headers and libraries."""
    spec = importlib.util.find_spec("nvidia")
    roots = spec.submodule_search_locations if spec else []
    return [folder for root in roots for folder in sorted(glob.glob(root + "/*"))]


def find_cudnn(toolkit, system=("/usr/local", "/usr")):
    """Where cuDNN lies, and the folders of libraries to load from when that is a Python package."""
    for folder in (toolkit, *system):
        headers = glob.glob(f"{folder}/include/cudnn_version.h") + glob.glob(f"{folder}/include/*/cudnn_version.h")
        if headers:
            return headers[0], []
    packages = python_packages()
    for folder in packages:
        if os.path.exists(f"{folder}/include/cudnn_version.h") and glob.glob(f"{folder}/lib/libcudnn.so.*"):
            others = [f"{other}/lib" for other in packages if glob.glob(f"{other}/lib/libcublasLt.so.*")]
            return folder, [f"{folder}/lib", *others]
    raise Stop(f"cuDNN is neither in {toolkit} nor in a Python package (pip install nvidia-cudnn-cu13 brings it)")


def commit():
    found = os.environ.get("PND_COMMIT")
    try:
        command = ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"]
        return found or subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return found or "unknown"


def cpu_name():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
