"""Trains three small tokenizers with Hugging Face's own library, and writes what it and Jinja2 make of some texts."""
import json
from pathlib import Path
import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

lines = [json.loads(line)["question"] for line in open("../../../fixtures/datasets/openqa.jsonl", encoding="utf8") if line.strip()]
texts = [*lines[::9], "Hello, world!", "  two  spaces and\nlines\t", "naïve café 🙂 русский", "don't can't I'll", "1234567 3.14", "<|im_start|>user", ""]
messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello, world!"}]
TEMPLATE = """{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + (message.content | trim) + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
special = ["<unk>", "<|im_start|>", "<|im_end|>"]

bpe = Tokenizer(models.BPE())
bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bpe.decoder = decoders.ByteLevel()
bpe.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=1500, special_tokens=special[1:], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))

unigram = Tokenizer(models.Unigram())
unigram.normalizer = normalizers.NFKC()
unigram.pre_tokenizer = pre_tokenizers.Metaspace()
unigram.decoder = decoders.Metaspace()
unigram.train_from_iterator(lines, trainers.UnigramTrainer(vocab_size=1500, special_tokens=special, unk_token="<unk>"))

wordpiece = Tokenizer(models.WordPiece(unk_token="<unk>"))
wordpiece.normalizer = normalizers.BertNormalizer(lowercase=True)
wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
wordpiece.decoder = decoders.WordPiece()
wordpiece.train_from_iterator(lines, trainers.WordPieceTrainer(vocab_size=1500, special_tokens=special))

for name, tokenizer in (("bpe", bpe), ("unigram", unigram), ("wordpiece", wordpiece)):
    folder = Path(name)
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf8")
    expected = {"encoded": [{"text": text, "ids": tokenizer.encode(text, add_special_tokens=False).ids} for text in texts]}
    if name == "bpe":
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
        rendered = environment.from_string(TEMPLATE).render(messages=messages, add_generation_prompt=True)
        expected["chat"] = {"messages": messages, "rendered": rendered, "ids": tokenizer.encode(rendered, add_special_tokens=False).ids}
        (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": TEMPLATE, "eos_token": "<|im_end|>"}, indent=2))
    Path(f"{name}.expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n", encoding="utf8")
