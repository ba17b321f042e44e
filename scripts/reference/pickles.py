# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of detectron2 and PyTorch, read without running what is in them.

A pickle is a program, and Python's own reader runs it. Here the opcodes are interpreted one by one: numbers, strings,
lists, tuples and dicts are built, and of everything a pickle may name, only what arrays are made of is known: NumPy's and
PyTorch's constructors, restated below as plain functions. Any other name, and any other opcode, ends the reading with an
error that says which. Sizes are checked against the bytes that are there before anything is allocated.

    read_pickle(bytes)   a detectron2 model file, usually {"model": {name: array}, ...}
    read_torch(path)     a PyTorch zip archive (torch.save since version 1.6)
    write_pickle, write_torch   the same containers, always the same bytes for the same tensors
"""

import io
import math
import pickletools
import struct
import zipfile
from collections import namedtuple

import numpy as np

STORAGES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}
NUMPY_TYPES = {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"}
MAX_RANK = 8


class CheckpointError(ValueError):
    """The file is not a checkpoint that can be read safely; the text says why."""


class Name(namedtuple("Name", "module name")):
    def __str__(self):
        return f"{self.module}.{self.name}"


class Dtype:
    """numpy.dtype(code, align, copy), then its state (version, byte order, ...)."""

    def __init__(self, code, *_):
        if not isinstance(code, str) or code.lstrip("<>|=") not in NUMPY_TYPES:
            raise CheckpointError(f"arrays of type {code!r} are not read")
        self.code, self.order = code.lstrip("<>|="), "<"

    def set(self, state):
        if not isinstance(state, tuple) or len(state) < 2 or state[1] not in ("<", ">", "|", "="):
            raise CheckpointError("an array type has an unknown state")
        self.order = ">" if state[1] == ">" else "<"


class Array:
    """numpy.ndarray as it comes: empty first, then its state (version, shape, dtype, Fortran order, bytes)."""

    def __init__(self):
        self.value = None

    @property
    def shape(self):
        if self.value is None:
            raise CheckpointError("an array without contents")
        return self.value.shape

    def set(self, state):
        if not isinstance(state, tuple) or len(state) != 5:
            raise CheckpointError("an array has an unknown state")
        self.fill(*state[1:])

    def fill(self, shape, dtype, fortran, data):
        data = data.encode("latin-1") if isinstance(data, str) else data
        if not isinstance(dtype, Dtype) or not isinstance(data, (bytes, bytearray)):
            raise CheckpointError("an array does not hold plain numbers")
        count, size = _count(shape), np.dtype(dtype.code).itemsize
        if count * size != len(data):
            raise CheckpointError(f"an array of shape {list(shape)} has {len(data)} bytes, expected {count * size}")
        array = np.frombuffer(data, dtype.order + dtype.code).reshape(shape, order="F" if fortran else "C")
        self.value = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)


def _count(shape):
    if (
        not isinstance(shape, tuple)
        or len(shape) > MAX_RANK
        or not all(type(n) is int and 0 <= n < 1 << 48 for n in shape)
    ):
        raise CheckpointError(f"{shape!r} is not the shape of an array")
    return math.prod(shape)


class Dict(dict):
    """collections.OrderedDict; PyTorch hangs a `_metadata` attribute on it, which is of no use here."""

    def set(self, state):
        pass


class Storage(namedtuple("Storage", "type key count")):
    """The bytes of one or more tensors in a PyTorch archive, not read yet."""


class Tensor(namedtuple("Tensor", "storage offset shape stride")):
    """A PyTorch tensor, not read yet."""


def _reconstruct(*_):
    return Array()


def _encode(text, encoding="latin1"):
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise CheckpointError("bytes in an unknown encoding")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise CheckpointError("bytes with values above 255") from None


def _scalar(dtype, data):
    return _frombuffer(data, dtype, (), "C")


def _frombuffer(data, dtype, shape, order):
    array = Array()
    array.fill(shape, dtype, order == "F", data)
    return array


def _ordered(*items):
    if items:
        raise CheckpointError("an ordered dictionary with contents")
    return Dict()


def _tensor(storage, offset, shape, stride, *_):
    if not isinstance(storage, Storage) or type(offset) is not int or offset < 0:
        raise CheckpointError("a tensor without a storage")
    count = _count(shape)
    if (
        not isinstance(stride, tuple)
        or len(stride) != len(shape)
        or not all(type(n) is int and 0 <= n < 1 << 48 for n in stride)
    ):
        raise CheckpointError(f"a tensor of shape {list(shape)} has the strides {stride!r}")
    last = offset + sum((n - 1) * step for n, step in zip(shape, stride)) if count else offset
    if count > storage.count or (count and last >= storage.count):
        raise CheckpointError(
            f"a tensor of shape {list(shape)} reaches beyond the {storage.count} elements of its storage"
        )
    return Tensor(storage, offset, shape, stride)


def _parameter(tensor, *_):
    return tensor


CALLS = {
    "numpy.core.multiarray._reconstruct": _reconstruct,
    "numpy._core.multiarray._reconstruct": _reconstruct,
    "numpy.core.multiarray.scalar": _scalar,
    "numpy._core.multiarray.scalar": _scalar,
    "numpy.core.numeric._frombuffer": _frombuffer,
    "numpy._core.numeric._frombuffer": _frombuffer,
    "numpy.dtype": Dtype,
    "_codecs.encode": _encode,
    "collections.OrderedDict": _ordered,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
}
# Named as an argument of a call, never called.
TOKENS = {"numpy.ndarray"} | {f"torch.{name}" for name in STORAGES}


def _name(module, name):
    text = f"{module}.{name}"
    if text not in CALLS and text not in TOKENS:
        raise CheckpointError(
            f"it names {text}: only arrays of numbers are read from a pickle, nothing else is run or loaded"
        )
    return Name(module, name)


def _call(function, arguments):
    if not isinstance(function, Name) or str(function) not in CALLS or not isinstance(arguments, tuple):
        raise CheckpointError(f"it calls {function}")
    try:
        return CALLS[str(function)](*arguments)
    except TypeError:
        raise CheckpointError(f"it calls {function} with {len(arguments)} arguments") from None


MARK = object()
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
LITERALS = set(
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE "
    "SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8".split()
)
EMPTY = {"EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "EMPTY_DICT": dict}
TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class _Machine:
    """The stack machine of a pickle. `persistent` turns a persistent id into a value, or is None."""

    def __init__(self, persistent=None):
        self.stack, self.memo, self.persistent = [], {}, persistent

    def pop_mark(self):
        at = len(self.stack) - 1
        while self.stack[at] is not MARK:
            at -= 1
        items = self.stack[at + 1 :]
        del self.stack[at:]
        return items

    def pop(self):
        if self.stack[-1] is MARK:
            raise IndexError
        return self.stack.pop()

    def collect(self, op):
        """Opcodes that gather what lies on the stack."""
        if op in TUPLES:
            items = [self.pop() for _ in range(TUPLES[op])][::-1]
            self.stack.append(tuple(items))
        elif op in ("TUPLE", "LIST"):
            self.stack.append((tuple if op == "TUPLE" else list)(self.pop_mark()))
        elif op in ("APPEND", "APPENDS"):
            items = [self.pop()] if op == "APPEND" else self.pop_mark()
            self.top(list).extend(items)
        else:
            items = [self.pop(), self.pop()][::-1] if op == "SETITEM" else self.pop_mark()
            if op == "DICT":
                self.stack.append({})
            target = self.top(dict)
            for key, value in zip(items[::2], items[1::2]):
                if not isinstance(key, (str, int, float)):
                    raise CheckpointError(f"a dictionary key of type {type(key).__name__}")
                target[key] = value

    def top(self, kind):
        if not isinstance(self.stack[-1], kind):
            raise CheckpointError("the pickle is damaged")
        return self.stack[-1]

    def build(self):
        state = self.pop()
        if not hasattr(self.stack[-1], "set"):
            raise CheckpointError(f"it sets the state of a {type(self.stack[-1]).__name__}")
        self.stack[-1].set(state)

    def remember(self, op, arg):
        if op in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[arg] = self.stack[-1]
        elif op == "MEMOIZE":
            self.memo[len(self.memo)] = self.stack[-1]
        else:
            self.stack.append(self.memo[arg])

    def step(self, op, arg):
        stack = self.stack
        if op in CONSTANTS:
            stack.append(CONSTANTS[op])
        elif op in LITERALS:
            stack.append(arg)
        elif op in EMPTY:
            stack.append(EMPTY[op]())
        elif op == "MARK":
            stack.append(MARK)
        elif op in TUPLES or op in ("TUPLE", "LIST", "DICT", "APPEND", "APPENDS", "SETITEM", "SETITEMS"):
            self.collect(op)
        elif op in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "GET", "BINGET", "LONG_BINGET"):
            self.remember(op, arg)
        elif op == "GLOBAL":
            stack.append(_name(*arg.split(" ", 1)))
        elif op == "STACK_GLOBAL":
            name, module = self.pop(), self.pop()
            stack.append(_name(module, name))
        elif op == "REDUCE":
            arguments, function = self.pop(), self.pop()
            stack.append(_call(function, arguments))
        elif op == "BUILD":
            self.build()
        elif op == "BINPERSID" and self.persistent:
            stack.append(self.persistent(self.pop()))
        elif op not in ("PROTO", "FRAME"):
            raise CheckpointError(f"it uses the opcode {op}, which no array needs")

    def run(self, data):
        try:
            for opcode, arg, _ in pickletools.genops(io.BytesIO(data)):
                if opcode.name == "STOP":
                    return self.pop()
                self.step(opcode.name, arg)
        except CheckpointError:
            raise
        except (IndexError, KeyError, TypeError, ValueError, MemoryError, OverflowError, RecursionError) as error:
            raise CheckpointError(f"the pickle is damaged or cut short ({error})") from None
        raise CheckpointError("the pickle is cut short")


def _top(value):
    if not isinstance(value, dict):
        raise CheckpointError(f"it holds a {type(value).__name__}, expected a dictionary of tensors")
    return value


def read_pickle(data):
    return _top(_Machine().run(data))


def _storage(identifier):
    if not isinstance(identifier, tuple) or len(identifier) != 5 or identifier[0] != "storage":
        raise CheckpointError("an unknown kind of external data")
    _, kind, key, _, count = identifier
    if (
        not isinstance(kind, Name)
        or kind.name not in STORAGES
        or not isinstance(key, str)
        or type(count) is not int
        or count < 0
    ):
        raise CheckpointError(f"a storage of type {kind}")
    return Storage(kind.name, key, count)


def _size(kind):
    return 2 if kind == "bfloat16" else np.dtype(kind).itemsize


def _bfloat16(data):
    return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)


class TorchArchive:
    """A PyTorch zip archive: the dictionary in `value`, whose tensors load() reads."""

    def __init__(self, path):
        try:
            self.zip = zipfile.ZipFile(path)
            names = self.zip.namelist()
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise CheckpointError(f"a damaged or truncated archive ({error})") from None
        roots = [name[: -len("data.pkl")] for name in names if name.endswith("/data.pkl") and name.count("/") == 1]
        if len(roots) != 1 or len(set(names)) != len(names):
            raise CheckpointError(
                "an archive without one data.pkl: not written by torch.save"
                if len(set(names)) == len(names)
                else "an archive with two files of one name"
            )
        self.root = roots[0]
        if self.root + "byteorder" in names and self._member("byteorder") != b"little":
            raise CheckpointError("its numbers are big-endian")
        self.value = _top(_Machine(_storage).run(self._member("data.pkl")))

    def _member(self, name):
        try:
            info = self.zip.getinfo(self.root + name)
            if info.compress_type != zipfile.ZIP_STORED:
                raise CheckpointError(f"{name} is compressed, which torch.save never does")
            return self.zip.read(info)
        except KeyError:
            raise CheckpointError(f"the archive has no {name}") from None
        except CheckpointError:
            raise
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
            raise CheckpointError(f"{name}: damaged ({error})") from None

    @staticmethod
    def nbytes(tensor):
        return math.prod(tensor.shape) * _size(STORAGES[tensor.storage.type])

    def load(self, tensor):
        kind, data = STORAGES[tensor.storage.type], self._member("data/" + tensor.storage.key)
        size = _size(kind)
        if len(data) != size * tensor.storage.count:
            raise CheckpointError(
                f"data/{tensor.storage.key} has {len(data)} bytes, expected {size * tensor.storage.count}"
            )
        flat = _bfloat16(data) if kind == "bfloat16" else np.frombuffer(data, kind)
        strides = [step * flat.itemsize for step in tensor.stride]
        view = np.lib.stride_tricks.as_strided(flat[tensor.offset :], tensor.shape, strides, writeable=False)
        return np.ascontiguousarray(view).reshape(tensor.shape)  # keeps a scalar's shape


class _Writer:
    """The few opcodes a checkpoint needs, without a memo. PyTorch writes protocol 2; bytes exist from 3 on."""

    def __init__(self, protocol):
        self.out = [bytes((0x80, protocol))]

    def raw(self, data):
        self.out.append(data)

    def text(self, text):
        data = text.encode("utf-8")
        self.out.append(b"X" + struct.pack("<I", len(data)) + data)

    def integer(self, n):
        if 0 <= n < 1 << 31:
            self.out.append(b"J" + struct.pack("<i", n))
        else:
            data = n.to_bytes(9, "little", signed=True)
            self.out.append(b"\x8a\x09" + data)

    def integers(self, values):
        self.out.append(b"(")
        for n in values:
            self.integer(n)
        self.out.append(b"t")

    def name(self, module, name):
        self.out.append(f"c{module}\n{name}\n".encode())

    def done(self):
        return self.out + [b"."]


def write_pickle(arrays, author):
    """Byte strings that together are {"model": arrays, "__author__": author} as detectron2 reads it."""
    w = _Writer(3)
    w.raw(b"}(")
    w.text("model")
    w.raw(b"}(")
    for name, array in arrays.items():
        data = np.ascontiguousarray(array).tobytes()
        w.text(name)
        w.name("numpy.core.multiarray", "_reconstruct")
        w.raw(b"(")
        w.name("numpy", "ndarray")
        w.integers([0])
        w.raw(b"C\x01btR(")
        w.integer(1)
        w.integers(array.shape)
        w.name("numpy", "dtype")
        w.raw(b"(")
        w.text(array.dtype.str[1:])
        w.raw(b"\x89\x88tR(")
        w.integer(3)
        w.text("<" if array.dtype.itemsize > 1 else "|")
        w.raw(b"NNN")
        for n in (-1, -1):
            w.raw(b"J" + struct.pack("<i", n))
        w.integer(0)
        w.raw(b"tb\x89B" + struct.pack("<I", len(data)) + data + b"tb")
    w.raw(b"u")
    w.text("__author__")
    w.text(author)
    w.raw(b"u")
    return w.done()


def write_torch(file, arrays):
    """Write {"model": arrays} (float32) as torch.save would, to an open binary file."""
    w = _Writer(2)
    w.raw(b"}(")
    w.text("model")
    w.raw(b"}(")
    for i, (name, array) in enumerate(arrays.items()):
        w.text(name)
        w.name("torch._utils", "_rebuild_tensor_v2")
        w.raw(b"((")
        w.text("storage")
        w.name("torch", "FloatStorage")
        w.text(str(i))
        w.text("cpu")
        w.integer(array.size)
        w.raw(b"tQ")
        w.integer(0)
        w.integers(array.shape)
        w.integers([math.prod(array.shape[axis + 1 :]) for axis in range(array.ndim)])
        w.raw(b"\x89")
        w.name("collections", "OrderedDict")
        w.raw(b")RtR")
    w.raw(b"uu")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:

        def member(name, data):
            archive.writestr(zipfile.ZipInfo("archive/" + name, (1980, 1, 1, 0, 0, 0)), data)

        member("data.pkl", b"".join(w.done()))
        for i, array in enumerate(arrays.values()):
            member(f"data/{i}", np.ascontiguousarray(array, "<f4").tobytes())
        member("version", b"3\n")
