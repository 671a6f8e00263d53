#!/usr/bin/python3 -B
"""torch_train.py --shape NAME: training steps of a shape of shapes.json in PyTorch, with the work of train_bench: same
batch, forward, backward, gradient norm with clipping, AdamW. Prints one JSON object."""

import argparse
import json
import os
import pathlib
import time

import torch
import torch.nn.functional as F

from torch_llama import Llama, causal_mask, parameter_groups, trained_parameters


def peak_rss_bytes():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def random_model(shape):
    rank = shape["lora_rank"]
    model = Llama(shape["config"], rank, 2.0 * rank)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.uniform_(-0.0346, 0.0346)  # deviation 0.02
    return model


def step(model, optimizer, shape, mask, positions):
    batch, length, vocab = shape["samples"], shape["sample_tokens"], shape["config"]["vocab_size"]
    ids = torch.randint(vocab, (batch, length))
    targets = torch.cat((ids[:, 1:], torch.full((batch, 1), -100)), dim=1)  # -100: no loss
    optimizer.zero_grad(set_to_none=True)
    logits = model(ids, positions, mask)
    loss = F.cross_entropy(logits.view(-1, vocab), targets.view(-1), ignore_index=-100)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained_parameters(model), 1.0)
    optimizer.step()
    return loss.item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", default="A")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--warmup", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    shape = json.loads((pathlib.Path(__file__).parent / "shapes.json").read_text())[options.shape]
    model = random_model(shape)
    optimizer = torch.optim.AdamW(parameter_groups(model, 0.1), lr=1e-4, betas=(0.9, 0.95), eps=1e-8)
    length = shape["sample_tokens"]
    mask, positions = causal_mask(torch.zeros(length), torch.float32), torch.arange(length)
    seconds = []
    for i in range(options.warmup + options.steps):
        start = time.perf_counter()
        loss = step(model, optimizer, shape, mask, positions)
        if i >= options.warmup:
            seconds.append(time.perf_counter() - start)
    result = {
        "program": "torch " + torch.__version__,
        "shape": options.shape,
        "threads": options.threads,
        "cpu_capability": torch.__config__.show().split("CPU capability usage: ")[-1].split()[0],
        "step_tokens": shape["samples"] * length,
        "step_seconds": seconds,
        "peak_rss_bytes": peak_rss_bytes(),
        "loss": loss,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
