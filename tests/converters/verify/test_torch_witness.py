"""PyTorch's files are judged by PyTorch.

In a file of its own: PyTorch does not bear to be imported after TensorFlow.
"""

from pathlib import Path

import pytest
from support.sources.witnessing import judged

# Frameworks warn about each other while they write the files of these tests.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.slow
def test_witness_of_torch_files_is_torch(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is not installed")
    torch = pytest.importorskip("torch", reason="torch is not installed")
    torch.manual_seed(1)
    nn = torch.nn
    net = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).eval()
    example = torch.zeros(1, 6)
    torch.export.save(torch.export.export(net, (example,)), tmp_path / "net.pt2")
    found = judged(tmp_path / "net.pt2")
    assert found.reference == "PyTorch" and found.passed(1.0)
    torch.jit.save(torch.jit.trace(net, example), tmp_path / "net.pt")
    found = judged(tmp_path / "net.pt", trust_code=True, x=(1, 6))
    assert found.reference == "PyTorch" and found.passed(1.0)
