#!/usr/bin/python3 -B
"""torch_agree.py DIR...: does training in PyTorch take the course that cairn's took? DIR is what agree_run wrote.

The same weights, tokens, schedule and AdamW are run in PyTorch: once in binary64, as the reference, and ROUNDED times
in binary32. The binary32 runs differ in nothing but rounding: each permutes the hidden and feed-forward channels and
the samples of every step, which in exact arithmetic changes neither loss nor gradient norm. So their root mean square
deviation from the reference, up to a step, is what binary32 rounding does to this run up to there.

Accepted: at every step cairn's loss and gradient norm deviate from the reference by at most FACTOR times that, and
never less than one rounding of the value is allowed. Were cairn one more such run, its deviation would be one draw from
about a normal distribution of that size, and one of a hundred figures would exceed 4 sizes with a probability below
0.01. Twice that allows for cairn's own orders of summation and its own exp (1 ulp) and sigmoid (3 ulp).

The gradient norm gets one more term, because cairn defines it by longer binary32 sums than PyTorch's
(docs/numerics.md): 16 lanes over blocks of at most 65,536 squares. A sum of n roundings is off by at most 4 sqrt(n)
units of roundoff with a probability of 1 - 2 exp(-8) (Higham and Mary 2019, doi 10.1137/18M1226312), its square root by
half of that.

That the bound can fail is shown each time: the binary64 run is repeated with one small mistake after the other, and
every one must exceed it.
"""

import json
import math
import pathlib
import struct
import sys

import torch
import torch.nn.functional as F

from torch_llama import Llama, causal_mask, clip_gradients, parameter_groups

ROUNDED = 8
FACTOR = 8.0
UNIT_ROUNDOFF = 2.0**-24
FIGURES = ("loss", "grad_norm")


def read_safetensors(path):
    """Eight bytes of header length, a JSON header, raw data; here F32 only."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, info in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        if info["dtype"] != "F32":
            raise SystemExit(f"{path}: {name} is {info['dtype']}, not F32")
        begin, end = (8 + length + offset for offset in info["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).view(info["shape"])
    return tensors


class Run:
    """What agree_run wrote."""

    def __init__(self, directory):
        self.run = json.loads((directory / "run.json").read_text())
        self.weights = read_safetensors(directory / "model.safetensors")
        if "lora" in self.run:
            for name, tensor in read_safetensors(directory / "adapter.safetensors").items():
                # PEFT: base_model.model.model.layers.0.mlp.up_proj.lora_A.weight
                self.weights[name.removeprefix("base_model.model.").removesuffix(".weight")] = tensor
        self.steps = [json.loads(line)["samples"] for line in (directory / "samples.jsonl").open()]
        self.curve = [json.loads(line) for line in (directory / "curve.jsonl").open()]
        if not len(self.steps) == len(self.curve) == self.run["training"]["steps"]:
            raise SystemExit(f"{directory}: the steps do not match")


def permuted(weights, config, seed):
    """The same function with its hidden and feed-forward channels in another order."""
    generator = torch.Generator().manual_seed(seed)
    hidden = torch.randperm(config["hidden_size"], generator=generator)
    ffn = torch.randperm(config["intermediate_size"], generator=generator)
    out = {}
    for name, w in weights.items():
        writes_hidden = "o_proj" in name or "down_proj" in name
        outputs = hidden if writes_hidden else ffn if "gate_proj" in name or "up_proj" in name else None
        inputs = ffn if "down_proj" in name else None if "o_proj" in name else hidden
        if w.dim() == 1:
            outputs, inputs = hidden, None
        if name.endswith("lora_A"):
            outputs = None
        if name.endswith("lora_B"):
            inputs = None
        w = w if outputs is None else w[outputs]
        out[name] = w if inputs is None else w[:, inputs]
    return out


def pack(samples):
    """One row of all samples: ids, positions, the sample of each token, and targets (-100: no loss)."""
    ids, positions, segments, targets = [], [], [], []
    for number, sample in enumerate(samples):
        n = len(sample["ids"])
        ids += sample["ids"]
        positions += range(n)
        segments += [number] * n
        targets += [sample["ids"][i] if sample["loss_mask"][i] else -100 for i in range(1, n)] + [-100]
    return tuple(torch.tensor(x) for x in (ids, positions, segments, targets))


def learning_rate(t, step):
    if step <= t["warmup_steps"]:
        return t["learning_rate"] * step / t["warmup_steps"]
    done = (step - t["warmup_steps"]) / (t["steps"] - t["warmup_steps"])
    share = {"linear": 1 - done, "cosine": 0.5 * (1 + math.cos(math.pi * done)), "constant": 1.0}[t["schedule"]]
    if t["schedule"] == "constant":
        return t["learning_rate"]
    return t["learning_rate"] * (t["final_ratio"] + (1 - t["final_ratio"]) * share)


def train(run, dtype, seed=None, config=None, training=None):
    """The curve of a run in PyTorch: per step loss and gradient norm. seed: another order of channels and samples."""
    config = {**run.run["config"], **(config or {})}
    t = {**run.run["training"], **(training or {})}
    lora = run.run.get("lora", {"rank": 0, "alpha": 0.0})
    model = Llama(config, lora["rank"], lora["alpha"]).to(dtype)
    weights = run.weights if seed is None else permuted(run.weights, config, seed)
    model.load_state_dict({name: w.to(dtype) for name, w in weights.items()})
    groups = parameter_groups(model, t["weight_decay"])
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(t["beta1"], t["beta2"]), eps=t["eps"])
    generator = torch.Generator().manual_seed(seed or 0)
    curve = []
    for step, samples in enumerate(run.steps, 1):
        if seed is not None:
            samples = [samples[i] for i in torch.randperm(len(samples), generator=generator)]
        ids, positions, segments, targets = pack(samples)
        optimizer.zero_grad(set_to_none=True)
        logits = model(ids[None], positions, causal_mask(segments, dtype))
        losses = F.cross_entropy(logits[0], targets, ignore_index=-100, reduction="none")
        # Their mean in binary64, as cairn defines it: else its rounding to binary32 would hide smaller deviations.
        loss = losses.to(torch.float64).sum() / (targets >= 0).sum()
        loss.backward()
        norm = clip_gradients(model, t["clip_norm"])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(t, step)
        optimizer.step()
        curve.append({"loss": loss.item(), "grad_norm": norm.item()})
    return curve


def deviations(curve, reference, figure):
    return [abs(a[figure] - b[figure]) / abs(b[figure]) for a, b in zip(curve, reference)]


def norm_rounding(run):
    """What cairn's own sum of squares adds to the deviation of a gradient norm."""
    trained = [w for name, w in run.weights.items() if "lora" not in run.run or "lora_" in name]
    lane = min(65536, max(w.numel() for w in trained)) / 16
    return 0.5 * 4 * math.sqrt(lane) * UNIT_ROUNDOFF


def bounds(run, rounded, reference, figure):
    """For each step what is allowed, relative to the value there."""
    runs = [deviations(curve, reference, figure) for curve in rounded]
    extra = norm_rounding(run) if figure == "grad_norm" else 0.0
    allowed, size = [], 0.0
    for at_step in zip(*runs):
        size = max(size, math.sqrt(sum(d * d for d in at_step) / len(at_step)))
        allowed.append(max(FACTOR * size, UNIT_ROUNDOFF) + extra)
    return allowed


def worst(curve, reference, allowed):
    """The greatest deviation as a multiple of what is allowed: (multiple, figure, step)."""
    found = (0.0, "", 0)
    for figure in FIGURES:
        for step, (d, a) in enumerate(zip(deviations(curve, reference, figure), allowed[figure]), 1):
            found = max(found, (d / a if math.isfinite(d) else math.inf, figure, step))
    return found


def mistakes(run):
    """Small mistakes that a port could make, each as changed settings."""
    c, t = run.run["config"], run.run["training"]
    return {
        "rms_norm_eps 1.5 times": {"config": {"rms_norm_eps": 1.5 * c["rms_norm_eps"]}},
        "rope_theta 1 % greater": {"config": {"rope_theta": 1.01 * c["rope_theta"]}},
        "beta2 0.951": {"training": {"beta2": t["beta2"] + 0.001}},
        "weight decay 1 % greater": {"training": {"weight_decay": 1.01 * t["weight_decay"]}},
        "no clipping": {"training": {"clip_norm": 0.0}},
        "eps of AdamW 10 times": {"training": {"eps": 10 * t["eps"]}},
        "warm-up one step longer": {"training": {"warmup_steps": t["warmup_steps"] + 1}},
    }


def compare(directory):
    run = Run(directory)
    reference = train(run, torch.float64)
    rounded = [train(run, torch.float32, seed=1 + i) for i in range(ROUNDED)]
    allowed = {figure: bounds(run, rounded, reference, figure) for figure in FIGURES}
    print(f"{directory.name}: {len(reference)} steps, loss {reference[0]['loss']:.4f} to {reference[-1]['loss']:.4f}")
    print("  | step | loss, binary64 | cairn's deviation | PyTorch binary32's, RMS of " + f"{ROUNDED} runs | allowed |")
    print("  |---|---|---|---|---|")
    for step in (1, 2, 5, 10, 20, 30, 40, 50):
        i = step - 1
        own = deviations(run.curve, reference, "loss")[i]
        rms = math.sqrt(sum(deviations(r, reference, "loss")[i] ** 2 for r in rounded) / ROUNDED)
        print(f"  | {step} | {reference[i]['loss']:.6f} | {own:.1e} | {rms:.1e} | {allowed['loss'][i]:.1e} |")
    ok = True
    multiple, figure, step = worst(run.curve, reference, allowed)
    ok &= multiple <= 1
    print(f"  cairn: at most {multiple:.2f} of what is allowed ({figure}, step {step})")
    for name, change in mistakes(run).items():
        multiple, figure, step = worst(train(run, torch.float64, **change), reference, allowed)
        ok &= multiple > 1
        print(f"  with a mistake, {name}: {multiple:.1f} times what is allowed ({figure}, step {step})")
    print("  agrees" if ok else "  DOES NOT AGREE, or a mistake was not seen")
    return ok


def main():
    torch.set_num_threads(1)
    if len(sys.argv) < 2:
        raise SystemExit("usage: torch_agree.py DIR...")
    results = [compare(pathlib.Path(name)) for name in sys.argv[1:]]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
