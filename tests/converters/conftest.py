"""The trained network as PyTorch exported it."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mnist_onnx() -> Path:
    return Path(__file__).parent / "data" / "mnist_mlp.onnx"
