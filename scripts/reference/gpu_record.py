# SPDX-License-Identifier: Apache-2.0
"""The Markdown page of a run of scripts/gpu_check, from its JSON record."""

# Milliseconds at 1024x2048, batch 1, half precision, on an H200: what the design asks for.
TARGETS = {"r52": {"network": 7.0, "pipeline": 7.5, "post": 0.3}, "r52_ds": {"network": 4.0, "post": 0.3}}
OUTCOMES = ("passed", "failed", "skipped")


def rows_of(record, step):
    return record["steps"].get(step, {}).get("rows", [])


def key_of(row):
    return row["net"], row["precision"], row["batch"]


def peer_times(record, step, key):
    """PyTorch's network and post-processing, None where there is no such run."""
    for row in rows_of(record, step):
        if key_of(row) == key and "network" in row:
            return row["network"]["median_ms"], row.get("post", {}).get("median_ms")
    return None, None


def cell(value, digits):
    return "" if value is None else f"{value:.{digits}f}"


def timing_table(record):
    """Ours beside PyTorch's; the ratio is of whole frames: eager network and its post-processing over our pipeline."""
    lines = [
        "| net | precision | batch | network | pipeline | post | stream | PyTorch eager | its post | torch.compile | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows_of(record, "bench"):
        eager, post = peer_times(record, "peer", key_of(row))
        compiled, _ = peer_times(record, "compile", key_of(row))
        ours = [row["times"][name]["median_ms"] for name in ("network", "pipeline", "post", "stream")]
        ratio = (eager + post) / ours[1] if eager and post else None
        cells = [*map(str, key_of(row)), *[cell(value, 3) for value in (*ours, eager, post, compiled)], cell(ratio, 1)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def target_lines(record):
    lines = []
    for row in rows_of(record, "bench"):
        if not record.get("gpu") or key_of(row)[1:] != ("f16", 1):
            continue
        for name, limit in TARGETS[row["net"]].items():
            value = row["times"][name]["median_ms"]
            verdict = "met" if value <= limit else "NOT met"
            lines.append(f"- {row['net']} {name}: {value:.2f} ms, wanted {limit} ms: {verdict}")
    return lines


def machine_table(record):
    gpu, peer = record.get("gpu"), record["steps"].get("peer", {}).get("machine")
    rows = [("GPU", f"{gpu['name']}, compute capability {gpu['compute_capability']}" if gpu else "none")]
    if gpu:
        rows.append(("driver", f"{gpu['driver'] or 'unknown'}, CUDA {gpu['driver_cuda']}"))
        rows += [("nvcc", " ".join(record.get("nvcc", []))), ("cuDNN from", record.get("cudnn"))]
    rows.append(("host", f"{record['cpu']}, {record['processors']} processors"))
    if peer:
        rows.append(("PyTorch", f"{peer['torch']}, cuDNN {peer.get('cudnn', 'none')}, {peer['threads']} CPU threads"))
    return ["| | |", "|---|---|", *[f"| {name} | {value} |" for name, value in rows]]


def remarks(steps):
    lines = []
    for step, found in steps.items():
        if "failed" in found:
            lines += ["", f"**{step}** FAILED: {found['failed']}"]
        if "left_out" in found:
            lines += ["", f"**{step}** was left out: {found['left_out']}"]
        errors = [
            f"{' '.join(map(str, key_of(row)))}: {row['error']}" for row in found.get("rows", []) if "error" in row
        ]
        lines += ["", f"**{step}** could not run {'; '.join(errors)}"] if errors else []
    return lines


def test_section(cases):
    names = {outcome: [name for name, case in cases.items() if case["outcome"] == outcome] for outcome in OUTCOMES}
    counts = ", ".join(f"{len(names[outcome])} {outcome}" for outcome in OUTCOMES)
    listed = [f"- {outcome}: {', '.join(names[outcome])}" for outcome in OUTCOMES[1:] if names[outcome]]
    return ["", "## Tests", "", counts + ".", *listed]


def time_section(record):
    return [
        "",
        "## Times",
        "",
        "Milliseconds per image, median wall time; pipeline and post end in host memory. Weights are pseudo-random, so the",
        "maps hold far more instances than a street does, for both sides alike.",
        "",
        *timing_table(record),
        "",
        *target_lines(record),
    ]


def operator_section(record):
    lines = ["", "## Operators at 2048x1024", "", "Copies from and to host memory included.", ""]
    lines += ["| case | median ms | minimum ms |", "|---|---|---|"]
    lines += [
        f"| {row['case']} | {row['median_ms']:.3f} | {row['min_ms']:.3f} |" for row in rows_of(record, "operators")
    ]
    for row in rows_of(record, "peer")[:1]:
        if record.get("gpu") and "street_post" in row:
            times = row["street_post"]
            lines.append(f"| PyTorch, post-processing of a street | {times['median_ms']:.3f} | {times['min_ms']:.3f} |")
    return lines


def sanitizer_section(rows):
    lines = ["", "## compute-sanitizer", "", "| tool | program | outcome |", "|---|---|---|"]
    return lines + [f"| {row['tool']} | {row['program']} | {row['outcome']} |" for row in rows]


def markdown(record):
    verdict = "All well." if record.get("ok") else "SOMETHING FAILED, see below."
    lines = [
        f"# GPU check of {record['date']}, commit {record['commit']}",
        "",
        f"{verdict} Command: `{record['command']}`, {record.get('seconds')} s.",
        "",
        *machine_table(record),
        *remarks(record["steps"]),
    ]
    cases = record["steps"].get("test", {}).get("cases")
    lines += test_section(cases) if cases else []
    lines += time_section(record) if rows_of(record, "bench") else []
    lines += operator_section(record) if rows_of(record, "operators") else []
    lines += sanitizer_section(rows_of(record, "sanitize")) if rows_of(record, "sanitize") else []
    return "\n".join(lines).rstrip() + "\n"
