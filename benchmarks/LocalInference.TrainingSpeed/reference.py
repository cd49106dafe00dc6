"""Steps of LoRA training with PyTorch, as fast as plain eager code gets, on random weights of a model's shape.

One JSON request as the only argument: the shape, "tokens", "steps", "threads", "rank", "bf16". Writes one JSON object: the seconds of
each step, two of them at least, and the peak of resident memory in bytes. Frozen weights are F32, or BF16 with LoRA parameters and their
optimizer in F32.
Needs PyTorch (Debian: python3-torch).
"""

import json
import math
import os
import resource
import sys
import time

# Threads that spin between parallel regions cost eight times the speed where cores are few.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
import torch.nn.functional as F

# Where the processor multiplies no BF16 a step takes minutes; two steps tell as much as six then.
MOST_SECONDS = 60


class Linear:
    def __init__(self, inputs, outputs, rank, dtype):
        self.weight = torch.randn(outputs, inputs, dtype=dtype) / math.sqrt(inputs)
        self.a = ((torch.rand(rank, inputs) * 2 - 1) / math.sqrt(inputs)).requires_grad_()
        self.b = torch.zeros(outputs, rank).requires_grad_()

    def __call__(self, x):
        return F.linear(x, self.weight) + F.linear(F.linear(x, self.a.to(x.dtype)), self.b.to(x.dtype)) * 2


def rms_norm(x, epsilon):
    wide = x.float()
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + epsilon)).to(x.dtype)


def rotate(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Layer:
    def __init__(self, shape, rank, dtype):
        width, inner, self.length = shape["width"], shape["feed_forward_width"], shape["head_length"]
        queries, keys = shape["heads"] * self.length, shape["key_value_heads"] * self.length
        self.group, self.epsilon = shape["heads"] // shape["key_value_heads"], shape["epsilon"]
        self.q, self.k, self.v = (Linear(width, n, rank, dtype) for n in (queries, keys, keys))
        self.output = Linear(queries, width, rank, dtype)
        self.gate, self.up = Linear(width, inner, rank, dtype), Linear(width, inner, rank, dtype)
        self.down = Linear(inner, width, rank, dtype)
        self.linears = [self.q, self.k, self.v, self.output, self.gate, self.up, self.down]

    def heads(self, x):
        return x.view(x.shape[0], -1, self.length).transpose(0, 1)

    def __call__(self, x, cos, sin, mask):
        y = rms_norm(x, self.epsilon)
        q, k, v = rotate(self.heads(self.q(y)), cos, sin), rotate(self.heads(self.k(y)), cos, sin), self.heads(self.v(y))
        k, v = k.repeat_interleave(self.group, 0), v.repeat_interleave(self.group, 0)
        scores = torch.baddbmm(mask, q, k.transpose(1, 2), alpha=1 / math.sqrt(self.length))
        x = x + self.output(torch.bmm(scores.softmax(-1), v).transpose(0, 1).flatten(1))
        y = rms_norm(x, self.epsilon)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


def main(request):
    torch.manual_seed(0)
    torch.set_num_threads(request["threads"])
    shape, tokens = request["shape"], request["tokens"]
    dtype = torch.bfloat16 if request["bf16"] else torch.float32
    embedding = torch.randn(shape["vocabulary_size"], shape["width"], dtype=dtype) * 0.02
    layers = [Layer(shape, request["rank"], dtype) for _ in range(shape["layers"])]
    parameters = [p for layer in layers for linear in layer.linears for p in (linear.a, linear.b)]
    optimizer = torch.optim.AdamW(parameters, lr=2e-4, weight_decay=0.01)
    angles = torch.arange(tokens)[:, None] * 1e4 ** (-torch.arange(0, shape["head_length"], 2) / shape["head_length"])
    cos, sin = angles.cos().to(dtype), angles.sin().to(dtype)
    mask = torch.full((1, tokens, tokens), -math.inf, dtype=dtype).triu(1)
    ids = torch.randint(shape["vocabulary_size"], (tokens + 1,))
    seconds = []
    while len(seconds) < 2 or (len(seconds) < request["steps"] and sum(seconds) < MOST_SECONDS):
        start = time.perf_counter()
        optimizer.zero_grad()
        x = embedding[ids[:-1]]
        for layer in layers:
            x = layer(x, cos, sin, mask)
        loss = F.cross_entropy(F.linear(rms_norm(x, shape["epsilon"]), embedding).float(), ids[1:])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
