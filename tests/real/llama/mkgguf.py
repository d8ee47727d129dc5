#!/usr/bin/env python3
"""mkgguf.py OUT: writes a two-layer llama with random weights, a byte vocabulary and a strict chat template (0.5 MB).

It answers with noise, through the real llama.cpp server. The template refuses empty messages and unknown roles, as those
of many models do. Always the same bytes: the random generator has a fixed seed.
"""
import sys

import gguf
import numpy as np

LAYERS, WIDTH, HEADS, HIDDEN, CONTEXT = 2, 64, 4, 128, 4096

TEMPLATE = (
    "{% if not messages %}{{ raise_exception('messages must not be empty') }}{% endif %}"
    "{% for m in messages %}{% if m['role'] not in ['system', 'user', 'assistant', 'tool'] %}"
    "{{ raise_exception('Unexpected role: ' + m['role']) }}{% endif %}{% endfor %}"
    "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
)


def vocabulary():
    """(tokens, types, scores): three control tokens, every byte, printable ASCII and a few words."""
    control = ["<unk>", "<s>", "</s>"]
    single_bytes = [f"<0x{byte:02X}>" for byte in range(256)]
    words = ["▁"] + [chr(code) for code in range(33, 127)]
    words += ["▁the", "▁ready", "▁a", "▁of", "▁and", "▁to", "▁is", "▁in"]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * len(single_bytes) + [gguf.TokenType.NORMAL] * len(words)
    scores = [0.0] * 3 + [-1000.0] * len(single_bytes) + [-float(rank) for rank in range(len(words))]
    return control + single_bytes + words, kinds, scores


def write(path):
    tokens, kinds, scores = vocabulary()
    model = gguf.GGUFWriter(path, "llama")
    model.add_name("tiny-random")
    model.add_context_length(CONTEXT)
    model.add_embedding_length(WIDTH)
    model.add_block_count(LAYERS)
    model.add_feed_forward_length(HIDDEN)
    model.add_head_count(HEADS)
    model.add_head_count_kv(HEADS)
    model.add_layer_norm_rms_eps(1e-5)
    model.add_rope_dimension_count(WIDTH // HEADS)
    model.add_vocab_size(len(tokens))
    model.add_file_type(gguf.LlamaFileType.ALL_F32)
    model.add_tokenizer_model("llama")
    model.add_token_list(tokens)
    model.add_token_scores(scores)
    model.add_token_types(kinds)
    model.add_unk_token_id(0)
    model.add_bos_token_id(1)
    model.add_eos_token_id(2)
    model.add_add_bos_token(True)
    model.add_chat_template(TEMPLATE)

    generator = np.random.default_rng(1)
    noise = lambda *shape: (generator.standard_normal(shape) * 0.2).astype(np.float32)
    ones = lambda: np.ones(WIDTH, np.float32)
    model.add_tensor("token_embd.weight", noise(len(tokens), WIDTH))
    model.add_tensor("output_norm.weight", ones())
    model.add_tensor("output.weight", noise(len(tokens), WIDTH))
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            model.add_tensor(f"{block}{name}.weight", noise(WIDTH, WIDTH))
        model.add_tensor(f"{block}ffn_gate.weight", noise(HIDDEN, WIDTH))
        model.add_tensor(f"{block}ffn_up.weight", noise(HIDDEN, WIDTH))
        model.add_tensor(f"{block}ffn_down.weight", noise(WIDTH, HIDDEN))
        model.add_tensor(f"{block}attn_norm.weight", ones())
        model.add_tensor(f"{block}ffn_norm.weight", ones())
    model.write_header_to_file()
    model.write_kv_data_to_file()
    model.write_tensors_to_file()
    model.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(sys.argv[1])
