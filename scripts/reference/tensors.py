# SPDX-License-Identifier: Apache-2.0
"""Tensor files: the safetensors format, read and written with NumPy alone.

Layout: eight bytes N (little-endian), N bytes of JSON, then the tensors' bytes. The JSON names each tensor's dtype, shape
and byte range; the ranges cover the data exactly once. `__metadata__` holds strings. What is written here is ordered by
descending element size, then by name, and starts on a 64-byte boundary, so equal content gives equal files.
"""

import json
import os
import struct
import tempfile

import numpy as np

DTYPES = {
    "F64": "<f8",
    "I64": "<i8",
    "U64": "<u8",
    "F32": "<f4",
    "I32": "<i4",
    "U32": "<u4",
    "F16": "<f2",
    "I16": "<i2",
    "U16": "<u2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}
NAMES = {np.dtype(code): name for name, code in DTYPES.items()}
MAX_HEADER = 100_000_000


class TensorFileError(ValueError):
    """The file is not a safetensors file that this module reads; the text says why."""


def _unique(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise TensorFileError("the header names a tensor twice")
    return dict(pairs)


def _header(path, size, file):
    if size < 8:
        raise TensorFileError(f"{path}: {size} bytes are too few for a safetensors file")
    (length,) = struct.unpack("<Q", file.read(8))
    if length > MAX_HEADER or 8 + length > size:
        raise TensorFileError(f"{path}: a header of {length} bytes in a file of {size}")
    text = file.read(length)
    if not text.startswith(b"{"):
        raise TensorFileError(f"{path}: the header is not a JSON object")
    try:
        return 8 + length, json.loads(text.decode("utf-8"), object_pairs_hook=_unique)
    except ValueError as error:
        raise TensorFileError(f"{path}: header: {error}") from None


def read(path):
    """The tensors by name, as read-only arrays mapped from the file, and the metadata."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        start, header = _header(path, size, file)
    metadata = header.pop("__metadata__", {})
    data = np.memmap(path, np.uint8, "r", start, (size - start,)) if size > start else np.zeros(0, np.uint8)
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        if entry["dtype"] not in DTYPES:
            raise TensorFileError(f"{path}: {name} has the type {entry['dtype']}")
        dtype, shape, (first, last) = np.dtype(DTYPES[entry["dtype"]]), entry["shape"], entry["data_offsets"]
        count = 1
        for side in shape:
            count *= side
        if first != end or last - first != count * dtype.itemsize or last > size - start:
            raise TensorFileError(f"{path}: {name}: bytes {first} to {last} do not hold {shape} of {entry['dtype']}")
        tensors[name], end = data[first:last].view(dtype).reshape(shape), last
    if end != size - start:
        raise TensorFileError(f"{path}: {size - start - end} bytes belong to no tensor")
    return {name: tensors[name] for name in sorted(tensors)}, metadata


def write_whole(path, parts):
    """Write the byte strings `parts` as one file that appears under its name only when it is complete."""
    directory = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(dir=directory, prefix="." + os.path.basename(path) + ".")
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def write(path, tensors, metadata=None):
    """Write arrays by name. The same arrays and metadata always give the same bytes."""
    order = sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name))
    header, end = {}, 0
    if metadata:
        header["__metadata__"] = {key: str(metadata[key]) for key in sorted(metadata)}
    for name in order:
        array = tensors[name]
        first, end = end, end + array.nbytes
        header[name] = {
            "dtype": NAMES[array.dtype.newbyteorder("<")],
            "shape": list(array.shape),
            "data_offsets": [first, end],
        }
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-(8 + len(text)) % 64)
    parts = [struct.pack("<Q", len(text)), text]
    write_whole(path, parts + [np.ascontiguousarray(tensors[name]).data for name in order if tensors[name].nbytes])
