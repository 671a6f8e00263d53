"""A plain Llama in PyTorch, written the way its users write it: RMSNorm, rotary positions, grouped-query attention,
SwiGLU, tied or separate head, LoRA on every linear layer of a block over a frozen base. Parameters have Hugging Face's
names. The peer of torch_train.py and the reference of torch_agree.py; nothing of cairn is used here.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Linear(nn.Module):
    """y = W x, plus scale * B (A x) where there is an adapter."""

    def __init__(self, inputs, outputs, rank, alpha):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.scale = alpha / rank if rank else 0.0
        self.lora_A = nn.Parameter(torch.empty(rank, inputs)) if rank else None
        self.lora_B = nn.Parameter(torch.zeros(outputs, rank)) if rank else None

    def forward(self, x):
        y = F.linear(x, self.weight)
        if self.lora_A is not None:
            y = y + self.scale * F.linear(F.linear(x, self.lora_A), self.lora_B)
        return y


class RMSNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def rotate(x, cos, sin):
    """x [B, heads, T, D]; pairs are (x[i], x[i + D/2])."""
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


class Attention(nn.Module):
    def __init__(self, c, rank, alpha):
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
        hidden = c["hidden_size"]
        self.q_proj = Linear(hidden, self.heads * self.head_dim, rank, alpha)
        self.k_proj = Linear(hidden, self.kv_heads * self.head_dim, rank, alpha)
        self.v_proj = Linear(hidden, self.kv_heads * self.head_dim, rank, alpha)
        self.o_proj = Linear(self.heads * self.head_dim, hidden, rank, alpha)

    def split(self, x, heads):
        return x.view(x.shape[0], x.shape[1], heads, self.head_dim).transpose(1, 2)

    def forward(self, x, cos, sin, mask):
        q = rotate(self.split(self.q_proj(x), self.heads), cos, sin)
        k = rotate(self.split(self.k_proj(x), self.kv_heads), cos, sin)
        v = self.split(self.v_proj(x), self.kv_heads)
        if self.heads != self.kv_heads:
            k = k.repeat_interleave(self.heads // self.kv_heads, dim=1)
            v = v.repeat_interleave(self.heads // self.kv_heads, dim=1)
        scores = q @ k.transpose(-1, -2) * (1 / math.sqrt(self.head_dim)) + mask
        out = torch.softmax(scores, dim=-1) @ v
        return self.o_proj(out.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1))


class MLP(nn.Module):
    def __init__(self, c, rank, alpha):
        super().__init__()
        hidden, ffn = c["hidden_size"], c["intermediate_size"]
        self.gate_proj = Linear(hidden, ffn, rank, alpha)
        self.up_proj = Linear(hidden, ffn, rank, alpha)
        self.down_proj = Linear(ffn, hidden, rank, alpha)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, c, rank, alpha):
        super().__init__()
        self.input_layernorm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.self_attn = Attention(c, rank, alpha)
        self.post_attention_layernorm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.mlp = MLP(c, rank, alpha)

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, c, rank, alpha):
        super().__init__()
        self.embed_tokens = nn.Embedding(1, c["hidden_size"])
        self.embed_tokens.weight = nn.Parameter(torch.empty(c["vocab_size"], c["hidden_size"]))
        self.layers = nn.ModuleList(Block(c, rank, alpha) for _ in range(c["num_hidden_layers"]))
        self.norm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])


class Llama(nn.Module):
    """config: the keys of config.json. rank > 0: the base is frozen. Matrices are left unset."""

    def __init__(self, config, rank=0, alpha=0.0):
        super().__init__()
        c = {"rms_norm_eps": 1e-6, "rope_theta": 10000.0, **config}
        c.setdefault("head_dim", c["hidden_size"] // c["num_attention_heads"])
        self.config = c
        self.model = Decoder(c, rank, alpha)
        self.lm_head = None if c["tie_word_embeddings"] else Linear(c["hidden_size"], c["vocab_size"], 0, 0.0)
        if rank:
            for name, parameter in self.named_parameters():
                parameter.requires_grad_("lora_" in name)

    def forward(self, ids, positions, mask):
        """Logits [B, T, V] of ids [B, T] at positions [T]; mask [T, T] is 0 or -inf."""
        weight = self.model.embed_tokens.weight
        head_dim, theta = self.config["head_dim"], self.config["rope_theta"]
        frequencies = theta ** -(torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)
        angles = positions.to(torch.float64)[:, None] * frequencies
        cos, sin = angles.cos().to(weight.dtype), angles.sin().to(weight.dtype)
        x = self.model.embed_tokens(ids)
        for block in self.model.layers:
            x = block(x, cos, sin, mask)
        x = self.model.norm(x)
        return F.linear(x, weight) if self.lm_head is None else self.lm_head(x)


def trained_parameters(model):
    return [p for p in model.parameters() if p.requires_grad]


def parameter_groups(model, weight_decay):
    """Matrices decay, vectors do not."""
    trained = trained_parameters(model)
    return [
        {"params": [p for p in trained if p.dim() > 1], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() <= 1], "weight_decay": 0.0},
    ]


def clip_gradients(model, limit):
    """Scales the gradients to the norm `limit` if theirs is greater; returns their norm before, summed in binary64."""
    gradients = [p.grad for p in trained_parameters(model)]
    norm = torch.sqrt(sum(g.to(torch.float64).pow(2).sum() for g in gradients))
    if limit > 0 and norm > limit:
        for g in gradients:
            g.mul_((limit / norm).item())
    return norm


def causal_mask(segments, dtype):
    """[T, T]: a token sees itself and earlier ones of its own segment. segments [T]: the number of each token's."""
    t = torch.arange(len(segments))
    visible = (t[None, :] <= t[:, None]) & (segments[None, :] == segments[:, None])
    return torch.zeros(visible.shape, dtype=dtype).masked_fill(~visible, -math.inf)
