"""Trained weights as an ONNX file of bytes, and the schedule beside it.

    python -m converters.tools.diffusion.export --weights made/weights.pt --out digits

Writes `unet.onnx` and `scheduler_config.json` into the folder. Needs the `train` extra
(PyTorch). What is large is kept as bytes: a quarter of the size, and the file is what
counts, since all who convert it compute with the same floats.
"""

import argparse
from pathlib import Path
from typing import Final

import onnx
import torch  # type: ignore[import-not-found, unused-ignore]

from converters.tools.diffusion import schedule
from converters.tools.diffusion.packing import of_bytes
from converters.tools.diffusion.unet import SIDE, UNet

NETWORK: Final = "unet.onnx"
SCHEDULE: Final = "scheduler_config.json"
OPSET: Final = 18


def export(net: UNet, path: Path) -> None:
    """PyTorch notes beside each node where in which file it was called: that is about
    this machine, not about the model, and is left out."""
    # The exporter takes a tensor that is given twice for one input.
    step, label = (torch.zeros(1, dtype=torch.int64) for _ in range(2))
    torch.onnx.export(
        net,
        (torch.zeros(1, 1, SIDE, SIDE), step, label),
        path,
        input_names=["sample", "timestep", "class_labels"],
        output_names=["velocity"],
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    model = onnx.load_model(path)
    for part in (model.graph, *model.graph.node):
        del part.metadata_props[:]
    onnx.save_model(of_bytes(model), path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m converters.tools.diffusion.export")
    parser.add_argument("--weights", type=Path, required=True, help="weights.pt")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    arguments = parser.parse_args()
    net = UNet()
    net.load_state_dict(torch.load(arguments.weights, weights_only=True))
    net.eval()
    arguments.out.mkdir(parents=True, exist_ok=True)
    export(net, arguments.out / NETWORK)
    schedule.write(arguments.out / SCHEDULE)
    print(
        f"{arguments.out / NETWORK}: {(arguments.out / NETWORK).stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    main()
