"""Plumbline's contracts: sources in `src/`, compiled artifacts for Python."""

from .artifacts import Artifact, artifact
from .errors import ArtifactError, SolidityError

__all__ = ["Artifact", "ArtifactError", "SolidityError", "artifact"]
