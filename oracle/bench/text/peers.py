"""What peers take for the same: processor time, on one thread. None where they are
absent."""

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from oracle.bench.text.files import PEERS, RUN_C

REPEATS: Final = 5
SECONDS: Final = 600

LLAMA_CPP: Final = r"""
import {getLlama} from "node-llama-cpp";
const [path, text, count, repeats] = JSON.parse(process.env.PLUMB_PEER);
const llama = await getLlama({
  gpu: false, build: "never", logLevel: "error", maxThreads: 1,
});
const model = await llama.loadModel({modelPath: path, gpuLayers: 0});
const context = await model.createContext({contextSize: 512, threads: 1});
const sequence = context.getSequence(), tokens = model.tokenize(text, true);
const spent = (since) => {
  const {user, system} = process.cpuUsage(since);
  return (user + system) / 1e6;
};
let prompt = Infinity, token = Infinity;
for (let i = 0; i < repeats; i++) {
  await sequence.clearHistory();
  const begin = process.cpuUsage();
  let first = null, made = 0;
  for await (const _ of sequence.evaluate(tokens, {temperature: 0})) {
    first ??= spent(begin);
    if (++made === count) break;
  }
  prompt = Math.min(prompt, first / tokens.length);
  token = Math.min(token, (spent(begin) - first) / (made - 1));
}
console.log(JSON.stringify([token, prompt]));
process.exit(0);
"""


class Speed(NamedTuple):
    """Tokens a second: of an answer, and of a prompt."""

    answer: float
    prompt: float


def llama2c(
    model: Path, tokenizer: Path, positions: int, flags: Sequence[str]
) -> float | None:
    """Positions a second of run.c, compiled with these flags, behind the first one: to
    start and to read the tokenizer is not counted."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not RUN_C.exists() or compiler is None:
        return None
    program = PEERS / f"run{''.join(flags)}"
    build = [compiler, *flags, "-o", str(program), str(RUN_C), "-lm"]
    subprocess.run(build, check=True, capture_output=True)
    command = [str(program), str(model), "-z", str(tokenizer), "-t", "0"]
    one, all_ = (
        min(_seconds_of([*command, "-n", str(count)]) for _ in range(REPEATS))
        for count in (1, positions)
    )
    return (positions - 1) / (all_ - one)


def _seconds_of(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def llama_cpp(model: Path, text: str, count: int) -> Speed | None:
    """Of llama.cpp as node-llama-cpp has it: of `sequence.evaluate`, warmed up."""
    node = shutil.which("node")
    if node is None or not (PEERS / "node_modules" / "node-llama-cpp").is_dir():
        return None
    told = json.dumps([str(model.resolve()), text, count, REPEATS])
    # A file, beside its modules: it starts node again with the same arguments.
    script = PEERS / "speed.mjs"
    script.write_text(LLAMA_CPP)
    done = subprocess.run(
        [node, str(script)],
        env=os.environ | {"PLUMB_PEER": told},
        capture_output=True,
        check=True,
        timeout=SECONDS,
    )
    token, prompt = json.loads(done.stdout.splitlines()[-1])
    return Speed(1 / token, 1 / prompt)
