"""Trains LoRA changes of a llama or qwen3 model with PyTorch, as plainly as it can be written.

Reads one JSON request from standard input and writes the loss of each step as a JSON array to standard output.
LossParityTests of LocalInference.Training.Tests writes the request; the fields are read at the end of this file.
Needs PyTorch (Debian: python3-torch).
"""

import json
import math
import sys

import torch


def rms_norm(x, weight, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * weight


def rotate(x, base, neox):
    """Turns heads [tokens, heads, length] by their position: pairs are neighbours, or half a head apart."""
    tokens, _, length = x.shape
    frequencies = base ** (-torch.arange(0, length, 2, dtype=torch.float64) / length)
    angles = torch.arange(tokens, dtype=torch.float64)[:, None] * frequencies
    cos, sin = angles.cos().float()[:, None, :], angles.sin().float()[:, None, :]
    if neox:
        a, b = x[..., : length // 2], x[..., length // 2:]
        return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)


class Model:
    def __init__(self, shape, tensors, changes, scale):
        self.shape = shape
        self.tensors = tensors
        self.changes = changes
        self.scale = scale

    def linear(self, name, x):
        y = x @ self.tensors[f"{name}.weight"].T
        if f"{name}.weight" in self.changes:
            a, b = self.changes[f"{name}.weight"]
            y = y + self.scale * ((x @ a.T) @ b)
        return y

    def attention(self, block, x):
        shape, length = self.shape, self.shape["head_length"]
        q = self.linear(f"{block}attn_q", x).view(-1, shape["heads"], length)
        k = self.linear(f"{block}attn_k", x).view(-1, shape["key_value_heads"], length)
        v = self.linear(f"{block}attn_v", x).view(-1, shape["key_value_heads"], length)
        if f"{block}attn_q_norm.weight" in self.tensors:
            q = rms_norm(q, self.tensors[f"{block}attn_q_norm.weight"], shape["epsilon"])
            k = rms_norm(k, self.tensors[f"{block}attn_k_norm.weight"], shape["epsilon"])
        q, k = rotate(q, shape["base"], shape["neox"]), rotate(k, shape["base"], shape["neox"])
        group = shape["heads"] // shape["key_value_heads"]
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        scores = torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(length)
        hidden = torch.ones(x.shape[0], x.shape[0], dtype=torch.bool).triu(1)
        weights = scores.masked_fill(hidden, -math.inf).softmax(-1)
        return self.linear(f"{block}attn_output", torch.einsum("hqk,khd->qhd", weights, v).flatten(1))

    def losses(self, tokens):
        """The negative log-likelihood of each token but the first."""
        epsilon = self.shape["epsilon"]
        x = self.tensors["token_embd.weight"][tokens[:-1]]
        for layer in range(self.shape["layers"]):
            block = f"blk.{layer}."
            x = x + self.attention(block, rms_norm(x, self.tensors[f"{block}attn_norm.weight"], epsilon))
            y = rms_norm(x, self.tensors[f"{block}ffn_norm.weight"], epsilon)
            gated = torch.nn.functional.silu(self.linear(f"{block}ffn_gate", y)) * self.linear(f"{block}ffn_up", y)
            x = x + self.linear(f"{block}ffn_down", gated)
        x = rms_norm(x, self.tensors["output_norm.weight"], epsilon)
        output = self.tensors.get("output.weight", self.tensors["token_embd.weight"])
        return torch.nn.functional.cross_entropy(x @ output.T, tokens[1:], reduction="none")


def tensor(entry):
    return torch.tensor(entry["values"], dtype=torch.float32).view(entry["rows"], entry["columns"]).squeeze(0)


def train(request):
    tensors = {name: tensor(entry) for name, entry in request["tensors"].items()}
    changes = {
        name: [tensor(entry).view(request["rank"], -1).requires_grad_() for entry in (change["a"], change["b"])]
        for name, change in request["changes"].items()
    }
    model = Model(request["shape"], tensors, changes, request["scale"])
    parameters = [parameter for change in changes.values() for parameter in change]
    optimizer = torch.optim.AdamW(parameters, weight_decay=request["weight_decay"])
    samples = [(torch.tensor(s["tokens"]), torch.tensor(s["weights"])[1:]) for s in request["samples"]]
    result = []
    for step, rate in zip(request["steps"], request["learning_rates"]):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        chosen = [samples[i] for i in step]
        loss = sum((model.losses(t) * w).sum() for t, w in chosen) / sum(w.sum() for _, w in chosen)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, request["max_gradient_norm"])
        optimizer.step()
        result.append(loss.item())
    return result


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(1)
    json.dump(train(json.load(sys.stdin)), sys.stdout)
