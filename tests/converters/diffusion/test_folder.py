"""Folders of diffusers: their UNets against what diffusers itself says (0.42.1), kept
in a file; and all that can't be converted is told at once."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.diffusers_unets import CONFIGS, SMALL, TEXT, TOLD, drawn, sample

import tinynn
from converters.diffusion.conversion import Options, converted
from converters.diffusion.folder.blocks import Blocks
from converters.diffusion.folder.config import unet_of
from converters.diffusion.folder.network import FolderNetwork
from converters.diffusion.folder.reading import read_folder
from converters.diffusion.folder.shapes import outlined
from converters.diffusion.folder.unet import Emitted
from converters.diffusion.folder.weights import Held, Shapes
from converters.emitter import Emitter
from converters.errors import BadModelFile, OddDiffusionModel
from converters.language.matrix import of_floats
from converters.opsets import NEWEST
from converters.values import Constant, Tensor
from mips_vm.constants import ARENA
from tinynn import GraphBuilder
from tinynn.drawing import Drawing
from tinynn.image.loop import MAX_SEGMENT_INSTRUCTIONS
from tinynn.validator.bounds import bounded_instructions, most_instructions

KEPT: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("unets.json").read_text()
)
LABEL, TIME = 6, 437


def safetensors(path: Path, tensors: dict[str, Any], kind: str = "F32") -> None:
    """As the format's page has it."""
    head, data = {}, b""
    for name, array in tensors.items():
        raw = array.tobytes()
        place = [len(data), len(data) + len(raw)]
        head[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": place}
        data += raw
    told = json.dumps(head).encode()
    path.write_bytes(struct.pack("<Q", len(told)) + told + data)


def folder(root: Path, case: dict[str, Any], **config: Any) -> Path:
    """A pipeline with this network, its tensors drawn."""
    (root / "unet").mkdir(exist_ok=True)
    (root / "scheduler").mkdir(exist_ok=True)
    index = {"_class_name": "DDIMPipeline", "unet": ["diffusers", "UNet2DModel"]}
    index["scheduler"] = ["diffusers", "DDIMScheduler"]
    (root / "model_index.json").write_text(json.dumps(index))
    held = {"_class_name": "UNet2DModel", **case["config"], **config}
    (root / "unet" / "config.json").write_text(json.dumps(held))
    schedule = {"_class_name": "DDIMScheduler"}
    (root / "scheduler" / "scheduler_config.json").write_text(json.dumps(schedule))
    tensors = {name: drawn(name, tuple(s)) for name, s in case["shapes"].items()}
    safetensors(root / "unet" / "diffusion_pytorch_model.safetensors", tensors)
    return root


def said_by(network: FolderNetwork, x: Any) -> Any:
    """What it says of x, as an image computes it."""
    graph = GraphBuilder("said")
    picture = graph.input("sample", "float32", x.shape)
    label = graph.constant(np.array([LABEL], np.int32))
    with graph.loop(1):
        said = network.say(graph, picture, np.array([TIME]), label)
    graph.output(said, "said")
    return tinynn.load(graph.build()).run(x)[0]


@pytest.mark.parametrize("number", range(len(CONFIGS)))
def test_network_says_what_diffusers_says(number: int, tmp_path: Path) -> None:
    case = KEPT[number]
    assert case["config"] == CONFIGS[number]
    network = read_folder(folder(tmp_path, case))
    x = sample(case["config"])
    expected = np.array(case["said"]).reshape(x.shape)
    assert np.abs(said_by(network, x) - expected).max() < 2e-5
    assert np.abs(expected).max() > 0.5


def test_folder_becomes_an_image_that_draws(tmp_path: Path) -> None:
    made = converted(folder(tmp_path, KEPT[0]), Options(None, 3))
    model = tinynn.load(made.image)
    drawing = Drawing.of(model.tables)
    assert drawing == Drawing(takes_label=True)
    pixels = model.answer(drawing.request(bytes(32), 3))
    assert len(pixels) == 64 and len(set(pixels)) > 3


def test_all_that_is_odd_is_told_at_once(tmp_path: Path) -> None:
    root = folder(tmp_path, KEPT[0], act_fn="gelu", time_cond_proj_dim=3, novel=1)
    index = json.loads((root / "model_index.json").read_text())
    index["text_encoder"] = ["transformers", "CLIPTextModel"]
    index["safety_checker"] = [None, None]
    (root / "model_index.json").write_text(json.dumps(index))
    (root / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(OddDiffusionModel) as caught:
        read_folder(root)
    assert [reason.split(", got")[0] for reason in caught.value.reasons] == [
        "text_encoder: expected none",
        "unet: act_fn: expected silu",
        "unet: time_cond_proj_dim: expected None",
        "unet: novel: expected no such field",
        "unet: expected diffusion_pytorch_model.safetensors",
    ]


def test_tensors_that_do_not_fit_are_told_at_once(tmp_path: Path) -> None:
    case = {**KEPT[0], "shapes": dict(KEPT[0]["shapes"])}
    case["shapes"]["conv_in.bias"] = (9,)
    case["shapes"]["odd"] = (1,)
    del case["shapes"]["conv_out.weight"]
    with pytest.raises(OddDiffusionModel) as caught:
        converted(folder(tmp_path, case), Options(None, 3))
    assert sorted(caught.value.reasons) == [
        "conv_in.bias: expected 8 numbers, got 9",
        "conv_out.weight: expected a tensor, got none",
        "odd: expected no such tensor, got one",
    ]


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"block_out_channels": [8, 18]}, "expected multiples of 4"),
        ({"block_out_channels": [8]}, "down_block_types: expected 1 of them"),
        ({"sample_size": 7}, "sample_size: expected multiples of 2"),
        ({"sample_size": "8"}, "sample_size: expected one or two lengths"),
        ({"out_channels": 2}, "out_channels: expected 1, as many as come in"),
        ({"down_block_types": ["A", "B"]}, "down_block_types: expected a list of"),
        ({"norm_num_groups": 0}, "expected at least 1"),
        ({"norm_num_groups": None}, "norm_num_groups: expected a whole number"),
        ({"norm_eps": "x"}, "norm_eps: expected a number from 0 to 1"),
        ({"layers_per_block": 10**9}, "layers_per_block: expected a whole number"),
        ({"flip_sin_to_cos": 1}, "flip_sin_to_cos: expected true or false"),
        ({"_class_name": "UNet1DModel"}, "_class_name: expected UNet2DModel or"),
        ({"block_out_channels": []}, "block_out_channels: expected a list of"),
    ],
)
def test_configurations_that_mean_nothing_are_refused(
    config: dict[str, Any], told: str
) -> None:
    found, problems = unet_of({"_class_name": "UNet2DModel", **SMALL, **config})
    assert found is None and any(told in one for one in problems), problems


def test_folder_of_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text("{}")
    with pytest.raises(BadModelFile, match="unet/config.json"):
        read_folder(tmp_path)


@pytest.mark.parametrize("number", range(len(CONFIGS)))
def test_outline_is_of_the_image_that_is_made(number: int, tmp_path: Path) -> None:
    """Without its tensors the same operators, places and segments."""
    root = folder(tmp_path, KEPT[number])
    outline = outlined(read_folder(root), 4)
    assert outline.parameters == sum(
        int(np.prod(shape)) for shape in KEPT[number]["shapes"].values()
    )
    schedule = tmp_path / "scheduler" / "scheduler_config.json"
    plain = {"_class_name": "DDIMScheduler", "clip_sample": False}
    schedule.write_text(json.dumps(plain))
    real = tinynn.load(converted(root, Options(None, 4)).image).tables
    assert outline.tables.segments == real.segments
    assert outline.tables.arena_bytes == real.arena_bytes
    assert outline.image_bytes == real.image_bytes
    assert most_instructions(outline.tables) == most_instructions(real)


STABLE: dict[str, Any] = {
    "_class_name": "UNet2DConditionModel",
    "sample_size": 64,
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": [320, 640, 1280, 1280],
    "cross_attention_dim": 768,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
}
"""Stable Diffusion 1.5's."""


@pytest.mark.heavy
@pytest.mark.parametrize(("layers", "expected"), [(2, 859_520_964), (1, 579_384_964)])
def test_stable_diffusion_has_as_many_parameters_as_are_published(
    layers: int, expected: int, tmp_path: Path
) -> None:
    """Its own, and of its distilled form by Kim and others (BK-SDM-Base)."""
    unet, problems = unet_of({**STABLE, "layers_per_block": layers})
    assert unet is not None and not problems
    outline = outlined(FolderNetwork(tmp_path, unet, Shapes()), 4)
    assert outline.parameters == expected
    assert outline.tables.arena_bytes < ARENA.size
    assert max(bounded_instructions(outline.tables)) < MAX_SEGMENT_INSTRUCTIONS


def test_network_that_is_told_a_text_says_what_diffusers_says() -> None:
    """Whose text an image has no words for yet; what it would take is foretold."""
    case = KEPT[-1]
    assert case["config"] == TOLD
    unet, problems = unet_of({"_class_name": "UNet2DConditionModel", **TOLD})
    assert unet is not None and not problems
    tensors = {
        name: of_floats(drawn(name, tuple(shape)).reshape(shape[0], -1))
        for name, shape in case["shapes"].items()
    }
    held, graph, emitter = Held(tensors), GraphBuilder("told"), Emitter("t", NEWEST, {})
    emitter.builder = graph
    x = sample(TOLD)
    given = [graph.input(n, "float32", s) for n, s in (("x", x.shape), ("text", TEXT))]
    blocks = Blocks(emitter, held, unet.norm_num_groups, unet.norm_eps)
    emitted = Emitted(unet, blocks, Tensor(given[1]))
    time = Constant(np.array([TIME], np.float32))
    graph.output(emitter.handle(emitted.noise(Tensor(given[0]), time, None)), "said")
    assert not held.problems and not held.left_over()
    (said,) = tinynn.load(graph.build()).run([x, drawn("text", (1, *TEXT))[0]])
    expected = np.array(case["said"]).reshape(x.shape)
    assert np.abs(said - expected).max() < 2e-5
