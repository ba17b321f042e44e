#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time the PyTorch network (hashed weights, channels-last) and its usual post-processing, as a peer in benchmarks.

usage: time_torch.py [--device cpu|cuda] [--precision f32,bf16,f16] [--mode eager,fold,compile] [--rounds N] ...

Modes: eager runs the modules as they are; fold puts batch normalisation into the convolutions first; compile is
torch.compile of the folded network (with CUDA graphs on a GPU). Prints one JSON object; times are milliseconds per image.
`network` starts from the normalised image on the device and ends with the predictions there; `post` runs on those, which
hold as many instances as may be (nothing is trained); `street_post` runs on a drawn street with 60 objects.
"""

import argparse
import json
import platform
import statistics
import sys
import time

import numpy as np
import torch

import hashed_weights
import model
import torch_post

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def measure(body, device, warm_ups, rounds):
    """Median and minimum wall time, and median CPU time of all threads, in milliseconds; and the last result."""
    wall, cpu = [], []
    for i in range(warm_ups + rounds):
        wait(device)
        start, cpu_start = time.perf_counter(), time.process_time()
        result = body()
        wait(device)
        if i >= warm_ups:
            wall.append(1000 * (time.perf_counter() - start))
            cpu.append(1000 * (time.process_time() - cpu_start))
    times = {"median_ms": statistics.median(wall), "min_ms": min(wall), "cpu_ms": statistics.median(cpu)}
    return {**times, "rounds": rounds}, result


def prepare(net, mode, device):
    if mode == "eager":
        return net
    net = net.fold()
    if mode == "fold":
        return net
    if not hasattr(torch, "compile"):
        raise RuntimeError(f"PyTorch {torch.__version__} has no torch.compile")
    return torch.compile(net, mode="reduce-overhead" if device == "cuda" else "default")


def picture(height, width, batch):
    u = hashed_weights.uniform("image", 0, height * width * 3).reshape(1, height, width, 3)
    return torch.from_numpy(np.repeat((127.5 + 127 * u).astype(np.uint8), batch, 0))


def street(height, width, device, objects=60):
    """Predictions for a road, buildings, a sky and boxes on the road, as bench_postprocess draws them."""
    h, w, rng = height // 4, width // 4, np.random.default_rng(1)
    sem, heat, offset = (
        np.zeros((19, h, w), np.float32),
        np.zeros((1, h, w), np.float32),
        np.zeros((2, h, w), np.float32),
    )
    for c, (top, bottom) in {2: (0, 0.35), 8: (0.35, 0.47), 0: (0.47, 1)}.items():
        sem[c, int(top * h) : int(bottom * h)] = 4
    y, x = np.mgrid[:h, :w].astype(np.float32)
    for i in range(objects):
        tall, wide = rng.integers(4, h // 5 + 5), rng.integers(4, w // 12 + 5)
        cy, cx = rng.integers(h // 3, h), rng.integers(0, w)
        inside = (abs(y - cy) <= tall / 2) & (abs(x - cx) <= wide / 2)
        sem[:, inside] = 0
        sem[11 + i % 8, inside] = 4
        offset[:, inside] = np.stack([cy - y, cx - x])[:, inside]
        heat[0] = np.maximum(
            heat[0], (0.3 + 0.6 * rng.random()) * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * 2.5**2))
        )
    maps = {"sem": sem, "center": heat, "offset": offset, "depth": 5 + 60 * (1 - y[None] / h)}
    return {name: torch.from_numpy(value[None]).to(device) for name, value in maps.items()}


def case(args, tensors, pool, precision, mode, batch):
    height, width = map(int, args.size.split("x"))
    net = prepare(
        model.build(tensors, pool).to(args.device, DTYPES[precision], memory_format=torch.channels_last),
        mode,
        args.device,
    )
    x = (
        model.normalise(picture(height, width, batch).to(args.device))
        .to(DTYPES[precision])
        .contiguous(memory_format=torch.channels_last)
    )
    with torch.inference_mode():
        network, heads = measure(lambda: net(x), args.device, args.warm_ups, args.rounds)
        row = {
            "device": args.device,
            "precision": precision,
            "mode": mode,
            "batch": batch,
            "network": per_image(network, batch),
        }
        if args.post:
            heads = {name: value.clone() for name, value in heads.items() if name != "depth" or value.shape[1] == 1}
            row["post"] = measure_post(args, heads)
            row["street_post"] = measure_post(args, street(height, width, args.device))
    if args.device == "cuda":
        row["peak_mib"] = torch.cuda.max_memory_allocated() / 2**20
    return row


def measure_post(args, heads):
    times, found = measure(lambda: torch_post.run(heads), args.device, 1, args.post)
    return {**times, "segments": len(found[1]), "centres": found[2]}


def per_image(times, batch):
    return {**times, **{key: times[key] / batch for key in ("median_ms", "min_ms", "cpu_ms")}}


def machine(args):
    found = {"torch": torch.__version__, "python": platform.python_version(), "threads": torch.get_num_threads()}
    if args.device == "cuda":
        found.update(gpu=torch.cuda.get_device_name(), cuda=torch.version.cuda, cudnn=torch.backends.cudnn.version())
    return found


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    hashed_weights.add_network_options(parser)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--precision", default="f32", metavar="LIST", help="of f32, bf16, f16 (default: %(default)s)")
    parser.add_argument(
        "--mode", default="eager", metavar="LIST", help="of eager, fold, compile (default: %(default)s)"
    )
    parser.add_argument("--batch", default="1", metavar="LIST", help="images at once (default: 1)")
    parser.add_argument("--size", default="1024x2048", metavar="HxW", help="(default: %(default)s)")
    parser.add_argument("--threads", type=int, help="of a CPU (default: PyTorch's)")
    parser.add_argument("--warm-ups", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--post", type=int, default=1, metavar="N", help="rounds of post-processing; 0: none (default: 1)"
    )
    return parser.parse_args()


def main():
    args = arguments()
    if args.device == "cuda" and not torch.cuda.is_available():
        print("time_torch.py: PyTorch sees no CUDA device", file=sys.stderr)
        return 5
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    _, shapes, meta = hashed_weights.network(args)
    tensors, rows = hashed_weights.make(shapes), []
    for precision in args.precision.split(","):
        for mode in args.mode.split(","):
            for batch in map(int, args.batch.split(",")):
                try:
                    rows.append(case(args, tensors, model.parse_pool(args.pool), precision, mode, batch))
                except (RuntimeError, torch.cuda.OutOfMemoryError) as error:
                    rows.append(
                        {
                            "device": args.device,
                            "precision": precision,
                            "mode": mode,
                            "batch": batch,
                            "error": str(error)[:300],
                        }
                    )
                print(f"{precision} {mode} batch {batch}: {rows[-1].get('network', rows[-1])}", file=sys.stderr)
    print(
        json.dumps(
            {
                "program": "time_torch.py",
                "machine": machine(args),
                "size": args.size,
                "variant": meta["variant"],
                "depth": meta["depth"],
                "pool": args.pool,
                "rows": rows,
            },
            indent=1,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
