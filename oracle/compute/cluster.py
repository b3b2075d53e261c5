"""The same on a Ray cluster; Ray comes with the extra `cluster`."""

from concurrent.futures import Future
from importlib import import_module
from typing import Any, Self

from oracle.compute.executors import delivered
from oracle.compute.task import Delivery, Order, Task, carry_out
from oracle.errors import ComputationFailed, NoCluster


class Cluster:
    """`address` as Ray has it: `ray://host:10001`, `auto`, or `local` for one here.

    Machines need the same version of Plumbline, but no images: those are sent once.
    Raises `NoCluster`.
    """

    def __init__(self, address: str) -> None:
        try:
            ray: Any = import_module("ray")
        except ImportError:
            cure = "in Plumbline's folder, pip install -e '.[cluster]'"
            raise NoCluster(address, f"no Ray: {cure}") from None
        self._ray = ray
        try:
            ray.init(address, log_to_driver=False, logging_level="warning")
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise NoCluster(address, str(error)) from None
        self._carry_out = ray.remote(max_retries=3)(_carry_out)
        self._images: dict[bytes, Any] = {}

    def submit(self, task: Task) -> Future[bytes]:
        image = self._image(task)
        order = Order(task.model.model_root, b"", task.data, task.cross_check_steps)
        promise: Future[bytes] = Future()
        there: Future[Delivery] = self._carry_out.remote(order, image).future()
        there.add_done_callback(lambda found: _settle(promise, found))
        return promise

    def _image(self, task: Task) -> Any:
        """The cluster's own copy."""
        root = task.model.model_root
        if root not in self._images:
            self._images[root] = self._ray.put(task.model.image.tobytes())
        return self._images[root]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.shutdown()


def _carry_out(order: Order, image: bytes) -> Delivery:
    whole = Order(order.model_root, image, order.data, order.cross_check_steps)
    return carry_out(whole)


def _settle(promise: Future[bytes], found: Future[Delivery]) -> None:
    try:
        promise.set_result(delivered(found.result()))
    except ComputationFailed as failed:
        promise.set_exception(failed)
    except Exception as error:  # a machine that is gone, memory that is full
        problem = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        promise.set_exception(ComputationFailed(problem))
